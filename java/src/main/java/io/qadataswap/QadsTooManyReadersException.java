package io.qadataswap;

/** Every reader entry of the segment is taken. */
public final class QadsTooManyReadersException extends QadsException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   */
  public QadsTooManyReadersException(String message) {
    super(QadsStatus.TOO_MANY_READERS, message);
  }
}
