package io.qadataswap.bench;

import java.io.IOException;
import java.util.Arrays;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Batches that were built in the segment: from the write to the loaded root, nothing copied. */
final class InPlace {
  private static final int WARM_UPS = 3;
  private static final int WARM_UP_ROUNDS = 50_000;
  private static final long WARM_UP_BYTES = 80_000;
  private static final int ROUNDS = 101;

  /** Values and validity, and room for records. */
  private static final double BYTES_A_BYTE = 1.05;

  private static final long SPARE = 64L << 20;

  private InPlace() {}

  /**
   * Nanoseconds of each round, in order, for a batch of so many bytes of values.
   *
   * @param trust whether the writer needn't count the nulls, because no column is nullable
   */
  static long[] measure(long bytes, boolean trust) throws IOException {
    for (int i = 0; i < WARM_UPS; i++) {
      measure(
          WARM_UP_BYTES,
          trust,
          WARM_UP_ROUNDS); // with a new segment too, which compiled code meets
    }
    return measure(bytes, trust, ROUNDS);
  }

  private static long[] measure(long bytes, boolean trust, int rounds) throws IOException {
    try (Ring ring = new Ring((long) (BYTES_A_BYTE * bytes) + SPARE, trust);
        VectorSchemaRoot root = Batches.ofBytes(ring.writer.allocator(), bytes)) {
      rounds(ring, root, 2); // pages and tables of the reader's mapping
      return rounds(ring, root, rounds);
    }
  }

  private static long[] rounds(Ring ring, VectorSchemaRoot root, int count) {
    long[] nanos = new long[count];
    for (int i = 0; i < count; i++) {
      long began = System.nanoTime();
      ring.writer.write(root);
      ring.reader.loadNextBatch();
      nanos[i] = System.nanoTime() - began;
    }
    checkNothingWasCopied(ring);
    Arrays.sort(nanos);
    return nanos;
  }

  private static void checkNothingWasCopied(Ring ring) {
    long copied = ring.writer.statistics().bytesCopied();
    if (copied > 0) {
      throw new IllegalStateException(copied + " bytes were copied: " + ring.writer.lastWrite());
    }
  }
}
