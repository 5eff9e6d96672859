package io.qadataswap;

/**
 * This reader lagged longer than the segment allows and lost its place; what it holds stays its
 * own.
 */
public final class QadsEvictedException extends QadsException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   */
  public QadsEvictedException(String message) {
    super(QadsStatus.EVICTED, message);
  }
}
