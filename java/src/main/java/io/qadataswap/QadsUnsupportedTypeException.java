package io.qadataswap;

/**
 * A type that Arrow's Java library can't carry, or that isn't Arrow's; other readers aren't
 * affected.
 */
public final class QadsUnsupportedTypeException extends QadsException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   */
  public QadsUnsupportedTypeException(String message) {
    super(QadsStatus.UNSUPPORTED_TYPE, message);
  }
}
