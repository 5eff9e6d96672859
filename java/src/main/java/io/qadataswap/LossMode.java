package io.qadataswap;

/** What a reader does after it was overrun. */
public enum LossMode {
  /** Throws {@link QadsOverrunException} once; the next load goes on. */
  ERROR,
  /** Goes on at once; {@link QadsReader#lostBefore} and the statistics count. */
  COUNT
}
