package io.qadataswap;

/**
 * Batches were lost because a {@link OverflowPolicy#DROP_OLDEST} writer overran this reader; the
 * next load goes on at the oldest message retained.
 */
public final class QadsOverrunException extends QadsException {
  private static final long serialVersionUID = 1L;

  /** Batches lost just now. */
  private final long lost;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   * @param lost how many batches were lost just now
   */
  public QadsOverrunException(String message, long lost) {
    super(QadsStatus.OVERRUN, message);
    this.lost = lost;
  }

  /**
   * How many batches were lost just now.
   *
   * @return the number of batches
   */
  public long lost() {
    return lost;
  }
}
