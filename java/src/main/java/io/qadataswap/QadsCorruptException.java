package io.qadataswap;

/** A value read from the segment, or its size, is impossible. */
public final class QadsCorruptException extends QadsException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   */
  public QadsCorruptException(String message) {
    super(QadsStatus.CORRUPT, message);
  }
}
