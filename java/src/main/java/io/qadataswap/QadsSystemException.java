package io.qadataswap;

/** A system call failed; the message carries its error number. */
public final class QadsSystemException extends QadsException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   */
  public QadsSystemException(String message) {
    super(QadsStatus.SYSTEM, message);
  }
}
