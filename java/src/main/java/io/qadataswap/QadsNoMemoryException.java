package io.qadataswap;

/** This process has no memory left. */
public final class QadsNoMemoryException extends QadsException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   */
  public QadsNoMemoryException(String message) {
    super(QadsStatus.NO_MEMORY, message);
  }
}
