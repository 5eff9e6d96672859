package io.qadataswap;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * A program, not a test: what writing and loading a batch of 10 columns × 1,000 rows costs in one
 * thread.
 */
public final class HandOverBench {
  private static final int COLUMNS = 10;
  private static final int ROWS = 1_000;
  private static final int ROUND = 200;
  private static final int ROUNDS = 2_000;

  private HandOverBench() {}

  /** Prints medians of rounds. */
  public static void main(String[] words) throws Exception {
    Path directory = Files.createTempDirectory(Path.of("/dev/shm"), "qads-bench-");
    try (BufferAllocator allocator = new RootAllocator();
        QadsWriter writer = QadsWriter.builder("bench").directory(directory).create();
        QadsReader reader = QadsReader.builder("bench", allocator).directory(directory).open();
        VectorSchemaRoot root = batch(allocator)) {
      long[] writes = new long[ROUNDS];
      long[] loads = new long[ROUNDS];
      for (int round = 0; round < ROUNDS; round++) {
        long start = System.nanoTime();
        for (int i = 0; i < ROUND; i++) {
          writer.write(root);
        }
        long written = System.nanoTime();
        for (int i = 0; i < ROUND; i++) {
          reader.loadNextBatch();
        }
        writes[round] = (written - start) / ROUND;
        loads[round] = (System.nanoTime() - written) / ROUND;
      }
      writer.finish();
      reader.loadNextBatch();
      System.out.printf(
          "%d columns x %d rows: write %d ns, load %d ns%n",
          COLUMNS, ROWS, median(writes), median(loads));
    }
    Files.deleteIfExists(directory);
  }

  private static VectorSchemaRoot batch(BufferAllocator allocator) {
    List<FieldVector> vectors = new ArrayList<>();
    for (int column = 0; column < COLUMNS; column++) {
      BigIntVector vector = new BigIntVector("c" + column, allocator);
      vector.allocateNew(ROWS);
      for (int row = 0; row < ROWS; row++) {
        vector.set(row, row);
      }
      vector.setValueCount(ROWS);
      vectors.add(vector);
    }
    return new VectorSchemaRoot(vectors);
  }

  private static long median(long[] numbers) {
    long[] later = Arrays.copyOfRange(numbers, numbers.length / 2, numbers.length);
    Arrays.sort(later);
    return later[later.length / 2];
  }
}
