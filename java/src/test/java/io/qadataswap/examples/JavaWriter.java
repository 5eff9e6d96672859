package io.qadataswap.examples;

import io.qadataswap.Lifetime;
import io.qadataswap.QadsTimeoutException;
import io.qadataswap.QadsWriter;
import io.qadataswap.SegmentStatistics;
import java.time.Duration;
import java.util.List;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * Builds batches in the segment itself, so that publishing them copies no values. Start {@link
 * JavaReader} beside it, or a reader in another language.
 */
public final class JavaWriter {
  private static final int ROWS = 1000;

  private JavaWriter() {}

  /** Arguments: the segment's name and the number of batches, or none. */
  public static void main(String[] words) {
    String name = words.length > 0 ? words[0] : "example";
    int batches = words.length > 1 ? Integer.parseInt(words[1]) : 10;
    // Removed when the writer closes: an example that nobody reads leaves nothing.
    try (QadsWriter writer =
        QadsWriter.builder(name)
            .lifetime(Lifetime.UNTIL_CLOSED)
            .timeout(Duration.ofSeconds(10))
            .create()) {
      try {
        writer.waitForReaders(1, Duration.ofSeconds(1));
      } catch (QadsTimeoutException e) {
        System.out.println("nobody reads yet: " + e.getMessage());
      }
      for (int batch = 0; batch < batches; batch++) {
        write(writer, (long) batch * ROWS);
      }
      writer.finish();
      writer.waitUntilDrained(Duration.ofSeconds(10));
      SegmentStatistics written = writer.statistics();
      System.out.printf(
          "wrote %d rows, %d bytes copied, %d in place%n",
          written.rows(), written.bytesCopied(), written.bytesReferenced());
    }
  }

  private static void write(QadsWriter writer, long first) {
    try (BigIntVector steps = new BigIntVector("step", writer.allocator());
        BigIntVector squares = new BigIntVector("square", writer.allocator())) {
      steps.allocateNew(ROWS);
      squares.allocateNew(ROWS);
      for (int row = 0; row < ROWS; row++) {
        steps.set(row, first + row);
        squares.set(row, (first + row) * (first + row));
      }
      steps.setValueCount(ROWS);
      squares.setValueCount(ROWS);
      writer.write(new VectorSchemaRoot(List.of(steps, squares)));
    }
  }
}
