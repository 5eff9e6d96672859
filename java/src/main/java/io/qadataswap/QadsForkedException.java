package io.qadataswap;

/** The handle belongs to the parent process. */
public final class QadsForkedException extends QadsException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   */
  public QadsForkedException(String message) {
    super(QadsStatus.FORKED, message);
  }
}
