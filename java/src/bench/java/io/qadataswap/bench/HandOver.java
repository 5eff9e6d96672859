package io.qadataswap.bench;

import io.qadataswap.internal.BatchDescriber;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The parts of a hand-over of 80 KB, 10 columns × 1,000 rows, writer and reader in one thread. A
 * small heap, touched before: else what is measured is the first use of heap pages. No flag for
 * Arrow: this path needs none.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch"})
public class HandOver {
  static final int ROWS = 1_000;

  /** Batches an invocation: enough to make the clock's cost small, few enough for the cache. */
  private static final int BATCHES = 4;

  private static final long CAPACITY = 64L << 20;

  /** A segment and a batch. Of this scope, because fixtures get another one of a thread's. */
  @State(Scope.Benchmark)
  public static class Segment {
    private Ring ring;
    private VectorSchemaRoot root;
    private final BatchDescriber describer = new BatchDescriber("bench", false);

    /** Once a fork. */
    @Setup
    public void open() throws IOException {
      ring = new Ring(CAPACITY, false);
      root = Batches.ofRows(ring.allocator, ROWS);
    }

    /** Once a fork. */
    @TearDown
    public void close() throws IOException {
      root.close();
      ring.close();
    }

    private void write() {
      ring.writer.write(root);
    }

    private boolean read() {
      return ring.reader.loadNextBatch();
    }
  }

  /** Batches to be read. */
  @State(Scope.Thread)
  public static class Written {
    /** Before the clock starts. */
    @Setup(Level.Invocation)
    public void write(Segment segment) {
      for (int i = 0; i < BATCHES; i++) {
        segment.write();
      }
    }
  }

  /** Batches that were written. */
  @State(Scope.Thread)
  public static class Unread {
    /** After the clock has stopped. */
    @TearDown(Level.Invocation)
    public void read(Segment segment) {
      for (int i = 0; i < BATCHES; i++) {
        segment.read();
      }
    }
  }

  /** Addresses and sizes of a root, without the native call. */
  @Benchmark
  public void describe(Segment segment) {
    segment.describer.describe(segment.root, null);
  }

  /** Describing, and one copy. */
  @Benchmark
  @OperationsPerInvocation(BATCHES)
  public void write(Segment segment, Unread unread) {
    for (int i = 0; i < BATCHES; i++) {
      segment.write();
    }
  }

  /** Loading into the reused root. */
  @Benchmark
  @OperationsPerInvocation(BATCHES)
  public void read(Segment segment, Written written) {
    for (int i = 0; i < BATCHES; i++) {
      segment.read();
    }
  }

  /** A batch written, then read. */
  @Benchmark
  public boolean writeAndRead(Segment segment) {
    segment.write();
    return segment.read();
  }
}
