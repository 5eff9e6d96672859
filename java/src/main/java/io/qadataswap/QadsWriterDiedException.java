package io.qadataswap;

/** The writer died, or closed without finishing; everything it had published was read first. */
public final class QadsWriterDiedException extends QadsException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   */
  public QadsWriterDiedException(String message) {
    super(QadsStatus.WRITER_DIED, message);
  }
}
