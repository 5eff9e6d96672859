package io.qadataswap;

/** Nothing came, or no room became free, within the timeout. */
public final class QadsTimeoutException extends QadsException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   */
  public QadsTimeoutException(String message) {
    super(QadsStatus.TIMEOUT, message);
  }
}
