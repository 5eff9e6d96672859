package io.qadataswap;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;

/** In a ring whose places recur, neither writing nor reading makes an object a batch. */
class AllocationTest extends Sandbox {
  private static final int BATCHES = 10_000;

  /** What compiled code makes no object for, interpreted code may: so long it may take. */
  private static final int MOST_ROUNDS = 100;

  /** A stray object of the compiler's or the test's own is no object a batch. */
  private static final long STRAY_BYTES = BATCHES;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private VectorSchemaRoot columns(int count, int rows) {
    List<FieldVector> vectors = new ArrayList<>();
    for (int column = 0; column < count; column++) {
      BigIntVector vector = new BigIntVector("c" + column, allocator);
      vector.allocateNew(rows);
      for (int row = 0; row < rows; row++) {
        vector.set(row, row);
      }
      vector.setValueCount(rows);
      vectors.add(vector);
    }
    return new VectorSchemaRoot(vectors);
  }

  private static long bytes(Runnable call) {
    long thread = Thread.currentThread().getId();
    long before = THREADS.getThreadAllocatedBytes(thread);
    call.run();
    return THREADS.getThreadAllocatedBytes(thread) - before;
  }

  private record Round(long written, long read) {
    boolean isClean() {
      return written < STRAY_BYTES && read < STRAY_BYTES;
    }
  }

  private static Round round(QadsWriter writer, QadsReader reader, VectorSchemaRoot root) {
    Runnable write = () -> writer.write(root);
    Runnable read = () -> assertTrue(reader.loadNextBatch());
    long written = 0;
    long loaded = 0;
    for (int i = 0; i < BATCHES; i++) {
      written += bytes(write);
      loaded += bytes(read);
    }
    return new Round(written, loaded);
  }

  @Test
  void noObjectIsMadeForABatch() {
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open();
        VectorSchemaRoot root = columns(10, 100)) {
      Round round = round(writer, reader, root);
      for (int i = 0; i < MOST_ROUNDS && !round.isClean(); i++) {
        round = round(writer, reader, root);
      }
      assertTrue(round.isClean(), "bytes for " + BATCHES + " batches: " + round);
      writer.finish();
      assertFalse(reader.loadNextBatch());
    }
  }
}
