package io.qadataswap;

/** The file isn't a QADataSwap segment. */
public final class QadsForeignException extends QadsException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   */
  public QadsForeignException(String message) {
    super(QadsStatus.FOREIGN, message);
  }
}
