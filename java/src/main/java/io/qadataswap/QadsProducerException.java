package io.qadataswap;

/** The stream being written failed. */
public final class QadsProducerException extends QadsException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   */
  public QadsProducerException(String message) {
    super(QadsStatus.PRODUCER, message);
  }
}
