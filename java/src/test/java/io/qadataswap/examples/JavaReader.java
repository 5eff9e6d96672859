package io.qadataswap.examples;

import io.qadataswap.QadsReader;
import java.time.Duration;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Reads what {@link JavaWriter} writes. */
public final class JavaReader {
  private JavaReader() {}

  /** Arguments: the segment's name. */
  public static void main(String[] words) {
    String name = words.length > 0 ? words[0] : "java-example";
    try (BufferAllocator allocator = new RootAllocator();
        QadsReader reader =
            QadsReader.builder(name, allocator).waitForSegment(Duration.ofSeconds(60)).open()) {
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      double sum = 0;
      while (reader.loadNextBatch()) {
        Float8Vector value = (Float8Vector) root.getVector("value");
        for (int row = 0; row < root.getRowCount(); row++) {
          sum += value.get(row);
        }
      }
      System.out.println(reader.statistics().rows() + " rows, sum " + sum);
    }
  }
}
