package io.qadataswap;

/** No segment has this name. */
public final class QadsNotFoundException extends QadsException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   */
  public QadsNotFoundException(String message) {
    super(QadsStatus.NOT_FOUND, message);
  }
}
