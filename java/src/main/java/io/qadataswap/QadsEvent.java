package io.qadataswap;

import java.time.Duration;

/**
 * What happened to a segment, told in the process and the thread that noticed it.
 *
 * @param kind what happened
 * @param level how much it matters
 * @param segment the segment's name
 * @param message a sentence that names the segment, the reader and the numbers
 * @param entry the reader that it is about, as in {@link ReaderState#entry()}; -1 without one
 * @param pid that reader's process, for people; 0 without one
 * @param batches lost, behind, left unread or to be read, as the kind says; else 0
 * @param waited how long the writer has waited, where the kind is about that; else zero
 */
public record QadsEvent(
    Kind kind,
    Level level,
    String segment,
    String message,
    int entry,
    long pid,
    long batches,
    Duration waited) {

  /** What happened. */
  public enum Kind {
    /** This process created the segment. */
    CREATED,
    /** And it replaced one whose writer had gone; {@code batches}: left unread there. */
    TAKEN_OVER,
    /** This process removed the segment's name. */
    REMOVED,
    /** A reader of this process attached; {@code batches}: it can read at once. */
    READER_ATTACHED,
    /** A reader of this process closed; {@code batches}: it lost to overrun in all. */
    READER_LEFT,
    /** Writes of this process wait for this reader; {@code batches}: it is behind. */
    READER_LAGS,
    /** It kept the writer waiting for too long; {@code batches}: it was behind. */
    READER_EVICTED,
    /** It died, and its entry was cleaned. */
    READER_REAPED,
    /** A reader of this process was overrun; {@code batches}: lost since this was last told. */
    BATCHES_LOST,
    /** A reader of this process found its writer dead, or closed without finishing. */
    WRITER_DIED,
    /** Writes of this process wait for room, and for no reader that lags. */
    STALLED
  }

  /** How much it matters. */
  public enum Level {
    /** Worth knowing. */
    INFO,
    /** Something goes wrong. */
    WARNING
  }
}
