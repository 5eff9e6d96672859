package io.qadataswap;

/** A defect of this library. */
public final class QadsInternalException extends QadsException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   */
  public QadsInternalException(String message) {
    super(QadsStatus.INTERNAL, message);
  }
}
