package io.qadataswap;

/** The segment has a layout that this library doesn't know. */
public final class QadsVersionException extends QadsException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   */
  public QadsVersionException(String message) {
    super(QadsStatus.VERSION, message);
  }
}
