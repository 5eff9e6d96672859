package io.qadataswap;

/** How a thread waits for the other side. */
public enum WaitMode {
  /** Spins for a short while, then sleeps. */
  ADAPTIVE,
  /** Spins all the time: the lowest latency, a whole core. */
  BUSY,
  /** Sleeps at once. */
  SLEEP,
  /**
   * Spins for a short while, then takes naps of an eighth of the time waited, at most 1 ms: a
   * writer never pays for waking such a reader.
   */
  POLL
}
