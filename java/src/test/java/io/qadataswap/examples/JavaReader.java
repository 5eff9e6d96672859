package io.qadataswap.examples;

import io.qadataswap.QadsNotFoundException;
import io.qadataswap.QadsReader;
import io.qadataswap.ReaderStatistics;
import java.time.Duration;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * Reads a stream of any writer and says what came. Start it beside {@link JavaWriter}, or a writer
 * in another language.
 */
public final class JavaReader {
  private JavaReader() {}

  /** Arguments: the segment's name, or none. */
  public static void main(String[] words) {
    String name = words.length > 0 ? words[0] : "example";
    try (BufferAllocator allocator = new RootAllocator();
        QadsReader reader =
            QadsReader.builder(name, allocator)
                .waitForSegment(Duration.ofSeconds(20)) // for the writer to come
                .timeout(Duration.ofSeconds(10))
                .open()) {
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      for (Field field : root.getSchema().getFields()) {
        System.out.println("column " + field);
      }
      long rows = 0;
      while (reader.loadNextBatch()) { // the vectors now lie in the segment, until the next load
        rows += root.getRowCount();
      }
      ReaderStatistics read = reader.statistics();
      System.out.printf("read %d rows in %d batches, %d lost%n", rows, read.batches(), read.lost());
    } catch (QadsNotFoundException e) {
      System.out.println("nobody writes: " + e.getMessage());
    }
  }
}
