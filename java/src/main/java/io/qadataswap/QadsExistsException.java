package io.qadataswap;

/** The name has a live writer, or taking it over was refused. */
public final class QadsExistsException extends QadsException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   */
  public QadsExistsException(String message) {
    super(QadsStatus.EXISTS, message);
  }
}
