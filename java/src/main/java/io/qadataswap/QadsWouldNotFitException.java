package io.qadataswap;

/** One row, a message or a schema is larger than the segment's place for it. */
public final class QadsWouldNotFitException extends QadsException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   */
  public QadsWouldNotFitException(String message) {
    super(QadsStatus.WOULD_NOT_FIT, message);
  }
}
