package io.qadataswap;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
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

  private static Round round(
      QadsWriter writer, QadsReader reader, VectorSchemaRoot root, DictionaryProvider provider) {
    Runnable write = () -> writer.write(root, provider);
    Runnable read = () -> assertTrue(reader.loadNextBatch());
    long written = 0;
    long loaded = 0;
    for (int i = 0; i < BATCHES; i++) {
      written += bytes(write);
      loaded += bytes(read);
    }
    return new Round(written, loaded);
  }

  private void assertNoObjectIsMadeForABatch(VectorSchemaRoot root, DictionaryProvider provider) {
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open()) {
      Round round = round(writer, reader, root, provider);
      for (int i = 0; i < MOST_ROUNDS && !round.isClean(); i++) {
        round = round(writer, reader, root, provider);
      }
      assertTrue(round.isClean(), "bytes for " + BATCHES + " batches: " + round);
      writer.finish();
      assertFalse(reader.loadNextBatch());
    }
  }

  private FieldVector filled(Field field) {
    FieldVector vector = field.createVector(allocator);
    Vectors.fill(vector, 100, 0.3, new Random(1));
    return vector;
  }

  @Test
  void noneForColumnsOfNumbers() {
    try (VectorSchemaRoot root = columns(10, 100)) {
      assertNoObjectIsMadeForABatch(root, null);
    }
  }

  @Test
  void noneForTextsListsAndStructs() {
    Field text = Types.field("text", ArrowType.Utf8.INSTANCE);
    Field pair =
        Types.field(
            "pair", ArrowType.Struct.INSTANCE, text, Types.field("b", ArrowType.Bool.INSTANCE));
    Field lists = Types.field("lists", ArrowType.List.INSTANCE, pair);
    Field fixed = Types.field("fixed", new ArrowType.FixedSizeList(2), text);
    List<Field> fields = List.of(text, pair, lists, fixed);
    List<FieldVector> vectors = fields.stream().map(this::filled).toList();
    try (VectorSchemaRoot root = new VectorSchemaRoot(fields, vectors, 100)) {
      assertNoObjectIsMadeForABatch(root, null);
    }
  }

  @Test
  void noneForDictionaries() {
    ArrowType.Int index = new ArrowType.Int(8, true);
    DictionaryEncoding encoding = new DictionaryEncoding(1, false, index);
    Field field = new Field("code", new FieldType(true, index, encoding), null);
    TinyIntVector codes = (TinyIntVector) field.createVector(allocator);
    for (int i = 0; i < 100; i++) {
      codes.setSafe(i, i);
    }
    codes.setValueCount(100);
    try (VectorSchemaRoot root = new VectorSchemaRoot(List.of(codes));
        FieldVector words = filled(Types.field("words", ArrowType.Utf8.INSTANCE))) {
      assertNoObjectIsMadeForABatch(
          root, new MapDictionaryProvider(new Dictionary(words, encoding)));
    }
  }
}
