package io.qadataswap;

/** Another user's segment, or file modes forbid it. */
public final class QadsPermissionException extends QadsException {
  private static final long serialVersionUID = 1L;

  /**
   * Made by the library.
   *
   * @param message what happened, with the segment's name and the numbers
   */
  public QadsPermissionException(String message) {
    super(QadsStatus.PERMISSION, message);
  }
}
