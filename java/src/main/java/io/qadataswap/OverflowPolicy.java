package io.qadataswap;

/** What a writer does when the segment is full. The order is the C interface's. */
public enum OverflowPolicy {
  /** Waits for the slowest reader, and while there is none: nothing is lost. */
  BLOCK,
  /**
   * Drops the oldest whole messages and waits for nobody; readers are told how many batches they
   * lost.
   */
  DROP_OLDEST
}
