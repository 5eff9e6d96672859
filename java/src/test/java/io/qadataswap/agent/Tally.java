package io.qadataswap.agent;

import java.util.Locale;

/** What was moved, and how long it took from the first batch to the last. */
final class Tally {
  private long rows;
  private long batches;
  private long bytes;
  private long first;
  private long last;

  void batch(long count) {
    last = System.nanoTime();
    if (batches++ == 0) {
      first = last;
    }
    rows += count;
  }

  Tally bytes(long total) {
    bytes = total;
    return this;
  }

  long batches() {
    return batches;
  }

  @Override
  public String toString() {
    double seconds = (last - first) / 1e9;
    return String.format(
        Locale.ROOT,
        "stats rows=%d batches=%d bytes=%d seconds=%.6f",
        rows,
        batches,
        bytes,
        seconds);
  }
}
