package io.qadataswap;

/**
 * What went wrong in a segment or with it: the base of one class a kind. Beside these, a bad
 * argument is an {@link IllegalArgumentException}, and using what was closed an {@link
 * IllegalStateException}. Messages name the segment, the field and the numbers.
 */
public abstract class QadsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The kind of error. */
  private final QadsStatus status;

  QadsException(QadsStatus status, String message) {
    super(message);
    this.status = status;
  }

  /**
   * The kind of error.
   *
   * @return the status that this class stands for
   */
  public final QadsStatus status() {
    return status;
  }

  /**
   * The number of the kind in the C interface.
   *
   * @return a negative number
   */
  public final int code() {
    return status.code();
  }

  /**
   * The name of the kind, the same in every language.
   *
   * @return such as "timeout" or "would not fit"
   */
  public final String kind() {
    return status.kind();
  }
}
