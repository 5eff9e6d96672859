package io.qadataswap.internal;

import io.qadataswap.Lifetime;
import io.qadataswap.OverflowPolicy;
import io.qadataswap.ReaderState;
import io.qadataswap.SegmentStatistics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** From the numbers of the C interface to records. */
public final class SegmentFigures {
  private static final int READER_NUMBERS = 10;

  private final long[] numbers;
  private int next;

  private SegmentFigures(long[] numbers) {
    this.numbers = numbers;
  }

  /** A snapshot of a segment. */
  public static SegmentStatistics statistics(NativeHandle segment) {
    long handle = segment.enter();
    try {
      return new SegmentFigures(NativeBindings.arenaGetInfo(handle)).statistics();
    } finally {
      segment.leave();
    }
  }

  /** Its readers. */
  public static List<ReaderState> readers(NativeHandle segment) {
    long handle = segment.enter();
    try {
      SegmentFigures figures = new SegmentFigures(NativeBindings.arenaGetReaders(handle));
      List<ReaderState> readers = new ArrayList<>();
      while (figures.next + READER_NUMBERS <= figures.numbers.length) {
        readers.add(figures.reader());
      }
      return readers;
    } finally {
      segment.leave();
    }
  }

  private SegmentStatistics statistics() {
    UUID uuid = new UUID(numbers[numbers.length - 2], numbers[numbers.length - 1]);
    return new SegmentStatistics(
        uuid,
        integer(),
        integer(),
        integer(),
        integer(),
        OverflowPolicy.values()[integer()],
        Lifetime.values()[integer()],
        flag(),
        SegmentStatistics.Finished.values()[integer()],
        flag(),
        number(),
        millis(),
        number(),
        instant(),
        number(),
        number(),
        number(),
        number(),
        number(),
        number(),
        number(),
        number(),
        number(),
        nanos(),
        number(),
        number(),
        number());
  }

  private ReaderState reader() {
    return new ReaderState(
        integer(), flag(), flag(), integer(), number(), instant(), nanos(), number(), number(),
        number());
  }

  private long number() {
    return numbers[next++];
  }

  private int integer() {
    return (int) number();
  }

  private boolean flag() {
    return number() != 0;
  }

  private Duration millis() {
    return Duration.ofMillis(number());
  }

  private Duration nanos() {
    return Duration.ofNanos(number());
  }

  private Instant instant() {
    return Instant.EPOCH.plusNanos(number());
  }
}
