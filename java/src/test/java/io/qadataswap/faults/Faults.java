package io.qadataswap.faults;

import io.qadataswap.OverflowPolicy;
import io.qadataswap.QadsException;
import io.qadataswap.QadsReader;
import io.qadataswap.QadsStatus;
import io.qadataswap.QadsTimeoutException;
import io.qadataswap.QadsWriter;
import io.qadataswap.QadsWriterBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Provokes one fault through the public Java interface and says how it shows;
 * tests/integration/test_faults.py compares the languages. Arguments: STEP NAME, the steps of
 * tests/integration/faults/faults.py. Prints KIND|CLASS|MESSAGE.
 */
public final class Faults {
  private static final Schema SCHEMA =
      new Schema(List.of(Field.nullable("number", new ArrowType.Int(64, true))));
  private static final Duration SHORT = Duration.ofMillis(50);

  private static final Map<String, Consumer<Faults>> STEPS =
      Map.ofEntries(
          Map.entry("wrong_name", faults -> QadsWriter.create("../" + faults.name)),
          Map.entry("negative_capacity", faults -> faults.options().capacity(-1).create()),
          Map.entry("zero_capacity", faults -> faults.options().capacity(0).create()),
          Map.entry("absurd_capacity", faults -> faults.options().capacity(1L << 60).create()),
          Map.entry("no_space", Faults::noSpace),
          Map.entry("two_writers", Faults::twoWriters),
          Map.entry("large_row", Faults::largeRow),
          Map.entry("other_schema", Faults::otherSchema),
          Map.entry("finished_writer", Faults::finishedWriter),
          Map.entry("closed_writer", Faults::closedWriter),
          Map.entry("closed_reader", Faults::closedReader),
          Map.entry("read_timeout", Faults::readTimeout),
          Map.entry("write_timeout", Faults::writeTimeout),
          Map.entry("unfinished", Faults::unfinished),
          Map.entry("overrun", Faults::overrun),
          Map.entry("evicted", Faults::evicted),
          Map.entry("too_many_readers", Faults::tooManyReaders),
          // The segment holds what Arrow Java can't carry.
          Map.entry("unsupported_type", Faults::read),
          Map.entry("read", Faults::read));

  private final BufferAllocator allocator;
  private final String name;

  private Faults(BufferAllocator allocator, String name) {
    this.allocator = allocator;
    this.name = name;
  }

  /** Exit status 0: the fault showed; 4: nothing went wrong. */
  public static void main(String[] words) {
    try (BufferAllocator allocator = new RootAllocator()) {
      STEPS.get(words[0]).accept(new Faults(allocator, words[1]));
    } catch (QadsException e) {
      say(e.status(), e);
      return;
    } catch (IllegalArgumentException e) {
      say(QadsStatus.INVALID, e);
      return;
    } catch (IllegalStateException e) {
      say(QadsStatus.CLOSED, e);
      return;
    }
    System.exit(4);
  }

  private static void say(QadsStatus status, RuntimeException e) {
    System.out.println(status.kind() + "|" + e.getClass().getSimpleName() + "|" + e.getMessage());
  }

  private QadsWriterBuilder options() {
    return QadsWriter.builder(name);
  }

  private QadsReader open() {
    return QadsReader.open(name, allocator);
  }

  private static QadsWriter withSchema(QadsWriterBuilder options) {
    QadsWriter writer = options.create();
    writer.setSchema(SCHEMA, null);
    return writer;
  }

  private void writeTimes(QadsWriter writer, int times, int rows) {
    try (BigIntVector numbers = new BigIntVector("number", allocator)) {
      numbers.allocateNew(rows);
      for (int row = 0; row < rows; row++) {
        numbers.set(row, row);
      }
      numbers.setValueCount(rows);
      for (int time = 0; time < times; time++) {
        writer.write(new VectorSchemaRoot(List.of(numbers)));
      }
    }
  }

  private void writeText(QadsWriter writer, int size) {
    try (VarCharVector text = new VarCharVector("text", allocator)) {
      text.allocateNew();
      text.setSafe(0, "x".repeat(size).getBytes(StandardCharsets.UTF_8));
      text.setValueCount(1);
      writer.write(new VectorSchemaRoot(List.of(text)));
    }
  }

  private static void readAll(QadsReader opened) {
    try (QadsReader reader = opened) {
      while (reader.loadNextBatch()) {
        reader.getVectorSchemaRoot();
      }
    }
  }

  private void noSpace() {
    try (QadsWriter writer = options().timeout(SHORT).create()) {
      writeTimes(writer, 1, 1 << 19);
    }
  }

  private void twoWriters() {
    try (QadsWriter first = options().create()) {
      options().create();
    }
  }

  private void largeRow() {
    try (QadsWriter writer = options().capacity(4096).create()) {
      writeText(writer, 100_000);
    }
  }

  private void otherSchema() {
    try (QadsWriter writer = options().create()) {
      writeTimes(writer, 1, 3);
      writeText(writer, 1);
    }
  }

  private void finishedWriter() {
    try (QadsWriter writer = options().create()) {
      writer.finish();
      writeTimes(writer, 1, 3);
    }
  }

  private void closedWriter() {
    QadsWriter writer = options().create();
    writer.close();
    writeTimes(writer, 1, 3);
  }

  private void closedReader() {
    try (QadsWriter writer = withSchema(options())) {
      QadsReader reader = open();
      reader.close();
      reader.loadNextBatch();
    }
  }

  private void readTimeout() {
    try (QadsWriter writer = withSchema(options())) {
      readAll(QadsReader.builder(name, allocator).timeout(SHORT).open());
    }
  }

  private void writeTimeout() {
    try (QadsWriter writer = options().slots(2).timeout(SHORT).create()) {
      writeTimes(writer, 3, 3);
    }
  }

  private void unfinished() {
    QadsWriter writer = options().create();
    writeTimes(writer, 2, 3);
    writer.close();
    readAll(open());
  }

  private void overrun() {
    try (QadsWriter writer = withSchema(options().slots(2).overflow(OverflowPolicy.DROP_OLDEST));
        QadsReader reader = open()) {
      writeTimes(writer, 5, 3);
      reader.loadNextBatch();
    }
  }

  private void evicted() {
    QadsWriterBuilder options = options().slots(2).evictAfter(Duration.ofMillis(20));
    try (QadsWriter writer = withSchema(options.timeout(Duration.ofMillis(1500)));
        QadsReader reader = open()) {
      try {
        writeTimes(writer, 3, 3);
      } catch (QadsTimeoutException e) {
        // The write that evicted the only reader went on waiting: for the next reader.
      }
      reader.loadNextBatch();
    }
  }

  private void tooManyReaders() {
    try (QadsWriter writer = withSchema(options().readerCapacity(1));
        QadsReader first = open()) {
      open();
    }
  }

  private void read() {
    readAll(QadsReader.builder(name, allocator).waitForSegment(SHORT).open());
  }
}
