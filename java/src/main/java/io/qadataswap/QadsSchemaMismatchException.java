package io.qadataswap;

/** A batch has another schema than the segment. */
public final class QadsSchemaMismatchException extends QadsException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   */
  public QadsSchemaMismatchException(String message) {
    super(QadsStatus.SCHEMA_MISMATCH, message);
  }
}
