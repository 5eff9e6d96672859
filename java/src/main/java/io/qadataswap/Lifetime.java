package io.qadataswap;

/** When the name of a segment goes away. A live writer's name always stays. */
public enum Lifetime {
  /**
   * {@link #UNTIL_DRAINED} for {@link OverflowPolicy#BLOCK}, {@link #UNTIL_CLOSED} for {@link
   * OverflowPolicy#DROP_OLDEST}.
   */
  DEFAULT,
  /** The last reader that has read to the end removes it. */
  UNTIL_DRAINED,
  /** The writer's close removes it. */
  UNTIL_CLOSED,
  /** Only {@link QadsSegments#remove} or a new writer does. */
  KEEP
}
