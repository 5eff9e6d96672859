package io.qadataswap;

/** Why a column's buffers were copied by a write. */
public enum CopyReason {
  /** They weren't: published in place. */
  NONE,
  /** The memory isn't the segment's. */
  OUTSIDE,
  /** A bitmap that doesn't begin at a byte. */
  BIT_OFFSET,
  /** Offsets or indices that don't begin at 0. */
  REBASED,
  /** Not aligned to 64 bytes. */
  ALIGNMENT
}
