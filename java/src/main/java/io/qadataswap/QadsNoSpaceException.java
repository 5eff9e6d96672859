package io.qadataswap;

/** The file system of the segment directory is full. */
public final class QadsNoSpaceException extends QadsException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   */
  public QadsNoSpaceException(String message) {
    super(QadsStatus.NO_SPACE, message);
  }
}
