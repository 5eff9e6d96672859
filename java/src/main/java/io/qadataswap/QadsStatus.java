package io.qadataswap;

/** The kinds of error, with the numbers and names that every language uses for them. */
public enum QadsStatus {
  /** Nothing came, or no room became free, within the timeout. */
  TIMEOUT(-1, "timeout"),
  /** The stream ended before what was asked for was there, such as a schema. */
  END_OF_STREAM(-2, "end of stream"),
  /** The writer died, or closed without finishing; everything it had published was read first. */
  WRITER_DIED(-3, "writer died"),
  /** One row, a message or a schema is larger than the segment's place for it. */
  WOULD_NOT_FIT(-4, "would not fit"),
  /** The file system of the segment directory is full. */
  NO_SPACE(-5, "no space"),
  /** A value read from the segment, or its size, is impossible. */
  CORRUPT(-6, "corrupt"),
  /** A batch has another schema than the segment. */
  SCHEMA_MISMATCH(-7, "schema mismatch"),
  /** Batches were lost to a writer that drops the oldest. */
  OVERRUN(-8, "overrun"),
  /** The name has a live writer, or taking it over was refused. */
  EXISTS(-9, "exists"),
  /** No segment has this name. */
  NOT_FOUND(-10, "not found"),
  /** Another user's segment, or file modes forbid it. */
  PERMISSION(-11, "permission"),
  /** A bad argument: in Java an {@link IllegalArgumentException}. */
  INVALID(-12, "invalid argument"),
  /**
   * A type that Arrow's Java library can't carry, or that isn't Arrow's; other readers aren't
   * affected.
   */
  UNSUPPORTED_TYPE(-13, "unsupported type"),
  /** The handle was closed: in Java an {@link IllegalStateException}. */
  CLOSED(-14, "closed"),
  /** The handle belongs to the parent process. */
  FORKED(-15, "forked"),
  /**
   * This reader lagged longer than the segment allows and lost its place; what it holds stays its
   * own.
   */
  EVICTED(-16, "evicted"),
  /** The file isn't a QADataSwap segment. */
  FOREIGN(-17, "foreign"),
  /** The segment has a layout that this library doesn't know. */
  VERSION(-18, "version"),
  /** Every reader entry of the segment is taken. */
  TOO_MANY_READERS(-19, "too many readers"),
  /** A system call failed; the message carries its error number. */
  SYSTEM(-20, "system"),
  /** This process has no memory left. */
  NO_MEMORY(-21, "no memory"),
  /** The stream being written failed. */
  PRODUCER(-22, "producer"),
  /** The directory is on a file system whose locks can't be trusted. */
  FILESYSTEM(-23, "filesystem"),
  /** A defect of this library. */
  INTERNAL(-24, "internal");

  private final int code;
  private final String kind;

  QadsStatus(int code, String kind) {
    this.code = code;
    this.kind = kind;
  }

  /**
   * The number in the C interface.
   *
   * @return a negative number, never reused
   */
  public int code() {
    return code;
  }

  /**
   * The name, the same in every language.
   *
   * @return such as "timeout"
   */
  public String kind() {
    return kind;
  }
}
