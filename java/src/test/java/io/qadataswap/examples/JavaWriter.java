package io.qadataswap.examples;

import io.qadataswap.QadsWriter;
import java.time.Duration;
import java.util.List;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * Builds batches in the segment itself, so that publishing them copies no values. Start {@link
 * JavaReader} beside it.
 */
public final class JavaWriter {
  private static final int ROWS = 100_000;

  private JavaWriter() {}

  /** Arguments: the segment's name. */
  public static void main(String[] words) {
    String name = words.length > 0 ? words[0] : "java-example";
    try (QadsWriter writer = QadsWriter.builder(name).timeout(Duration.ofSeconds(60)).create()) {
      writer.waitForReaders(1, Duration.ofSeconds(60));
      for (int batch = 0; batch < 10; batch++) {
        try (BigIntVector id = new BigIntVector("id", writer.allocator());
            Float8Vector value = new Float8Vector("value", writer.allocator())) {
          id.allocateNew(ROWS);
          value.allocateNew(ROWS);
          for (int row = 0; row < ROWS; row++) {
            id.set(row, (long) batch * ROWS + row);
            value.set(row, Math.sqrt(row));
          }
          id.setValueCount(ROWS);
          value.setValueCount(ROWS);
          writer.write(new VectorSchemaRoot(List.of(id, value)));
        }
        System.out.println(writer.lastWrite());
      }
      writer.finish();
    }
  }
}
