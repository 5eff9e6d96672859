package io.qadataswap;

/** What a new writer does with the name of one that finished or died. */
public enum Takeover {
  /** Takes the name; how much was unread is counted. */
  REPLACE,
  /** Fails with {@link QadsExistsException}. */
  REFUSE
}
