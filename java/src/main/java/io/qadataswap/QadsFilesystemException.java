package io.qadataswap;

/** The directory is on a file system whose locks can't be trusted. */
public final class QadsFilesystemException extends QadsException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   */
  public QadsFilesystemException(String message) {
    super(QadsStatus.FILESYSTEM, message);
  }
}
