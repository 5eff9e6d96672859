package io.qadataswap;

/** Where a new reader begins. */
public enum StartPosition {
  /** At the oldest message retained. */
  EARLIEST,
  /** At the next message published. */
  LATEST
}
