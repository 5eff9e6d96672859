package io.qadataswap;

/** The stream ended before what was asked for was there, such as a schema. */
public final class QadsEndOfStreamException extends QadsException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   */
  public QadsEndOfStreamException(String message) {
    super(QadsStatus.END_OF_STREAM, message);
  }
}
