package io.qadataswap.bench;

import com.sun.management.ThreadMXBean;
import io.qadataswap.QadsReader;
import io.qadataswap.QadsWriter;
import io.qadataswap.WaitMode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.time.Duration;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * One of two processes that throw a batch to and fro: {@code ping} writes into segment {@code
 * NAME.there} and waits for the answer in {@code NAME.back}, {@code pong} the other way round. The
 * first value of the last column says the round, and whoever receives it checks it.
 *
 * <p>{@code ping} leaves the time of every round trip after the warm-up in the samples' file, as
 * 64-bit little-endian nanoseconds. Both say on standard error how many bytes of Java heap their
 * thread took for a round. Pinning is the caller's.
 */
public final class LatencyParticipant implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final LatencyOptions options;
  private final BufferAllocator allocator = new RootAllocator();
  private final QadsWriter writer;
  private final QadsReader reader;
  private final VectorSchemaRoot sent;
  private final BigIntVector mark;

  private LatencyParticipant(LatencyOptions options) {
    this.options = options;
    String there = options.name + ".there";
    String back = options.name + ".back";
    writer =
        QadsWriter.builder(options.ping ? there : back)
            .waitMode(WaitMode.BUSY)
            .timeout(PATIENCE)
            .create();
    reader =
        QadsReader.builder(options.ping ? back : there, allocator)
            .waitMode(WaitMode.BUSY)
            .waitForSegment(PATIENCE)
            .timeout(PATIENCE)
            .open();
    sent = Batches.ofBytes(allocator, options.bytes);
    mark = Batches.marked(sent);
  }

  /** See {@link LatencyOptions#USAGE}. */
  public static void main(String[] words) throws IOException {
    LatencyOptions options;
    try {
      options = new LatencyOptions(words);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + "\n" + LatencyOptions.USAGE);
      System.exit(2);
      return;
    }
    try (LatencyParticipant participant = new LatencyParticipant(options)) {
      participant.run();
    }
  }

  private void run() throws IOException {
    writer.waitForReaders(1, PATIENCE);
    long[] samples = new long[options.rounds];
    play(0, options.warmUp, null);
    long thread = Thread.currentThread().getId();
    long before = THREADS.getThreadAllocatedBytes(thread);
    play(options.warmUp, options.rounds, samples);
    long bytes = THREADS.getThreadAllocatedBytes(thread) - before;
    System.err.printf(
        "%s: %.2f bytes of Java heap a round%n",
        options.ping ? "ping" : "pong", (double) bytes / Math.max(1, options.rounds));
    writer.finish();
    if (options.ping) {
      save(samples);
    }
    if (reader.loadNextBatch()) {
      throw new IllegalStateException("a batch too many");
    }
  }

  /** So many rounds from this one on; their times go into the samples, if there are any. */
  private void play(int first, int rounds, long[] samples) {
    for (int i = 0; i < rounds; i++) {
      if (!options.ping) {
        receive(first + i);
        send(first + i);
        continue;
      }
      long began = System.nanoTime();
      send(first + i);
      receive(first + i);
      if (samples != null) {
        samples[i] = System.nanoTime() - began;
      }
    }
  }

  private void send(int round) {
    mark.set(0, round);
    writer.write(sent);
  }

  private void receive(int round) {
    if (!reader.loadNextBatch()) {
      throw new IllegalStateException("the other side ended before round " + round);
    }
    BigIntVector received = Batches.marked(reader.getVectorSchemaRoot());
    if (received.get(0) != round) {
      throw new IllegalStateException("round " + round + " brought " + received.get(0));
    }
  }

  private void save(long[] samples) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(samples.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(samples);
    Files.write(options.samples, bytes.array());
  }

  @Override
  public void close() {
    reader.close();
    writer.close();
    sent.close();
    allocator.close();
  }
}
