package io.qadataswap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.TransferPair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Arrow's ordinary ways to build vectors, in the segment's memory, and what a write says of them.
 */
class InPlaceTest extends Sandbox {
  private static final int[] OFFSETS = {0, 1, 7, 8, 63, 64, 65};
  private static final int ROWS = 200;

  static Stream<Field> types() {
    return Types.all().stream();
  }

  private static byte[] text(int i) {
    return Integer.toString(i).getBytes(StandardCharsets.UTF_8);
  }

  /** Values, offsets and views; a validity bitmap lies wherever the values end. */
  private static void assertOnlyBitmapsWereCopied(QadsWriter writer, int bitmapBytes) {
    for (ColumnReport column : writer.lastWrite()) {
      assertTrue(column.bytesCopied() <= bitmapBytes, column.toString());
      assertTrue(
          column.bytesCopied() == 0 || column.reason() == CopyReason.ALIGNMENT, column.toString());
    }
  }

  private static CopyReason reason(QadsWriter writer, VectorSchemaRoot root) {
    writer.write(root);
    return writer.lastWrite().get(0).reason();
  }

  @Test
  void vectorsThatGrowWhileTheyAreFilledStayInTheSegment() {
    int rows = 20_000;
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open()) {
      BigIntVector id = new BigIntVector("id", writer.allocator());
      VarCharVector name = new VarCharVector("name", writer.allocator());
      ListVector list = ListVector.empty("list", writer.allocator());
      UnionListWriter lists = list.getWriter();
      for (int i = 0; i < rows; i++) {
        id.setSafe(i, i);
        name.setSafe(i, text(i));
        lists.setPosition(i);
        lists.startList();
        lists.writeInt(i);
        lists.writeInt(-i);
        lists.endList();
      }
      for (FieldVector vector : List.of(id, name, list)) {
        vector.setValueCount(rows);
      }
      try (VectorSchemaRoot root = new VectorSchemaRoot(List.of(id, name, list))) {
        writer.write(root);
        writer.finish();
        assertOnlyBitmapsWereCopied(writer, 2 * (2 * rows + 7) / 8);
        assertTrue(reader.loadNextBatch());
        Vectors.assertSame(root, reader.getVectorSchemaRoot());
      }
      assertEquals(0, writer.allocator().getAllocatedMemory());
      assertFalse(reader.loadNextBatch());
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void everySliceOfEveryTypeBuiltInPlaceArrivesUnchanged(Field field) {
    Random random = new Random(field.toString().hashCode());
    Schema schema = new Schema(List.of(field));
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open()) {
      for (double nulls : new double[] {0, 0.3}) {
        try (FieldVector vector = field.createVector(writer.allocator())) {
          Vectors.fill(vector, ROWS, field.isNullable() ? nulls : 0, random);
          for (int offset : OFFSETS) {
            TransferPair pair = vector.getTransferPair(writer.allocator());
            pair.splitAndTransfer(offset, ROWS - offset);
            FieldVector slice = (FieldVector) pair.getTo();
            try (VectorSchemaRoot root =
                new VectorSchemaRoot(schema, List.of(slice), ROWS - offset)) {
              assertTrue(reason(writer, root) != CopyReason.OUTSIDE);
              assertTrue(reader.loadNextBatch());
              Vectors.assertSame(root, reader.getVectorSchemaRoot());
            }
          }
        }
      }
      writer.finish();
      assertFalse(reader.loadNextBatch());
      assertEquals(0, writer.allocator().getAllocatedMemory());
    }
  }

  @Test
  void aDictionaryBuiltInPlaceIsPublishedInPlace() {
    ArrowType.Int index = new ArrowType.Int(32, true);
    DictionaryEncoding encoding = new DictionaryEncoding(1, false, index);
    Field field = new Field("code", new FieldType(true, index, encoding), null);
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open();
        IntVector codes = (IntVector) field.createVector(writer.allocator());
        VarCharVector words = new VarCharVector("words", writer.allocator())) {
      for (int i = 0; i < ROWS; i++) {
        codes.setSafe(i, ROWS - 1 - i);
        words.setSafe(i, text(i));
      }
      codes.setValueCount(ROWS);
      words.setValueCount(ROWS);
      VectorSchemaRoot root = new VectorSchemaRoot(List.of(codes));
      writer.write(root, new MapDictionaryProvider(new Dictionary(words, encoding)));
      writer.finish();
      ColumnReport report = writer.lastWrite().get(0);
      assertEquals(CopyReason.NONE, report.reason());
      assertEquals(0, report.bytesCopied());
      assertTrue(report.bytesReferenced() >= 4 * ROWS + 4 * (ROWS + 1) + 2 * ROWS);
      assertTrue(reader.loadNextBatch());
      Vectors.assertSame(codes, reader.getVectorSchemaRoot().getVector(0));
      Vectors.assertSame(words, reader.lookup(0).getVector());
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void aWriteSaysWhyItCopied() {
    try (QadsWriter numbers = writer("numbers").create();
        QadsWriter texts = writer("texts").create();
        QadsWriter flags = writer("flags").create();
        QadsReader readsNumbers = reader("numbers").open();
        QadsReader readsTexts = reader("texts").open();
        QadsReader readsFlags = reader("flags").open();
        IntVector number = new IntVector("number", numbers.allocator());
        VarCharVector text = new VarCharVector("text", texts.allocator());
        BitVector flag = new BitVector("flag", flags.allocator());
        VectorSchemaRoot outside = numbers(1, ROWS)) {
      for (int i = 0; i < ROWS; i++) {
        number.setSafe(i, i);
        text.setSafe(i, text(i));
        flag.setSafe(i, i % 2);
      }
      for (FieldVector vector : List.of(number, text, flag)) {
        vector.setValueCount(ROWS);
      }
      assertEquals(CopyReason.OUTSIDE, reason(numbers, outside));
      assertReason(CopyReason.NONE, numbers, number, 0);
      assertReason(CopyReason.ALIGNMENT, numbers, number, 1);
      assertReason(CopyReason.NONE, numbers, number, 16);
      assertReason(CopyReason.NONE, texts, text, 0);
      assertReason(CopyReason.ALIGNMENT, texts, text, 1); // Arrow counts offsets from 0 itself
      assertReason(CopyReason.NONE, flags, flag, 0);
      assertReason(CopyReason.NONE, flags, flag, 1); // Arrow shifts the bits itself
      assertReason(CopyReason.ALIGNMENT, flags, flag, 8);
      for (QadsWriter writer : List.of(numbers, texts, flags)) {
        writer.finish();
      }
      for (QadsReader reader : List.of(readsNumbers, readsTexts, readsFlags)) {
        while (reader.loadNextBatch()) {
          assertTrue(reader.getVectorSchemaRoot().getRowCount() > 0);
        }
      }
    }
  }

  /** Writes a slice of a vector. */
  private static void assertReason(
      CopyReason expected, QadsWriter writer, FieldVector vector, int offset) {
    TransferPair pair = vector.getTransferPair(vector.getAllocator());
    pair.splitAndTransfer(offset, ROWS - offset);
    try (VectorSchemaRoot slice = new VectorSchemaRoot(List.of((FieldVector) pair.getTo()))) {
      assertEquals(expected, reason(writer, slice), () -> writer.lastWrite().toString());
    }
  }

  private static VectorSchemaRoot built(QadsWriter writer, int number, int rows) {
    IntVector vector = new IntVector("number", writer.allocator());
    for (int i = 0; i < rows; i++) {
      vector.setSafe(i, number);
    }
    vector.setValueCount(rows);
    return new VectorSchemaRoot(List.of(vector));
  }

  @Test
  void memoryIsFreedBeforeOrAfterPublishingInAnyOrder() {
    Random random = new Random(7);
    long capacity = 8 << 20;
    long most = 7 << 20;
    try (QadsWriter writer = writer("t").slots(8).capacity(capacity).create();
        QadsReader reader = reader("t").open()) {
      List<VectorSchemaRoot> open = new ArrayList<>();
      Deque<QadsBatch> kept = new ArrayDeque<>();
      for (int i = 0; i < 2_000; i++) {
        VectorSchemaRoot root = built(writer, i, 1 + random.nextInt(5_000));
        if (random.nextInt(4) > 0) {
          writer.write(root);
          assertTrue(reader.loadNextBatch());
          assertEquals(i, number(reader.getVectorSchemaRoot()));
          kept.add(reader.keep());
        }
        if (random.nextBoolean()) {
          root.close();
        } else {
          open.add(root);
        }
        if (open.size() > 5) {
          open.remove(random.nextInt(open.size())).close();
        }
        if (kept.size() > 4) {
          try (QadsBatch batch = random.nextBoolean() ? kept.removeFirst() : kept.removeLast()) {
            number(batch.root()); // all rows are still the same
          }
        }
      }
      open.forEach(VectorSchemaRoot::close);
      kept.forEach(QadsBatch::close);
      assertEquals(LoadResult.TIMEOUT, reader.tryLoad(Duration.ZERO)); // lets go of the last one
      assertEquals(0, writer.allocator().getAllocatedMemory());
      // Everything came back: what is left over is in one piece.
      try (ArrowBuf buffer = writer.allocator().buffer(most)) {
        assertEquals(most, buffer.capacity());
      }
      writer.finish();
      assertFalse(reader.loadNextBatch());
    }
  }

  /** A field's word against its bits: only a writer that trusts takes the word. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aWriterThatTrustsSeesNoNullsInWhatIsNotNullable(boolean trust) {
    FieldType never = FieldType.notNullable(new ArrowType.Int(32, true));
    try (QadsWriter writer = writer("t").trustNonNullable(trust).create();
        QadsReader reader = reader("t").open();
        IntVector word = (IntVector) never.createNewSingleVector("word", writer.allocator(), null);
        IntVector maybe = new IntVector("maybe", writer.allocator())) {
      for (IntVector vector : List.of(word, maybe)) {
        vector.allocateNew(ROWS); // with values, and without a bit that says so
        for (int i = 0; i < ROWS; i++) {
          vector.getDataBuffer().setInt(4L * i, i);
        }
        vector.setValueCount(ROWS);
      }
      writer.write(new VectorSchemaRoot(List.of(word, maybe)));
      writer.finish();
      assertTrue(reader.loadNextBatch());
      VectorSchemaRoot loaded = reader.getVectorSchemaRoot();
      assertEquals(trust ? 0 : ROWS, loaded.getVector("word").getNullCount());
      assertEquals(ROWS, loaded.getVector("maybe").getNullCount());
      assertEquals(trust ? 7 : null, loaded.getVector("word").getObject(7));
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void theSameVectorsMayBePublishedAgain() {
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open()) {
      List<QadsBatch> kept = new ArrayList<>();
      try (VectorSchemaRoot root = built(writer, 5, 1_000)) {
        for (int i = 0; i < 3; i++) {
          assertEquals(CopyReason.NONE, reason(writer, root));
          assertTrue(reader.loadNextBatch());
          assertEquals(5, number(reader.getVectorSchemaRoot()));
          kept.add(reader.keep());
        }
      }
      writer.finish();
      assertFalse(reader.loadNextBatch());
      for (QadsBatch batch : kept) {
        assertEquals(5, number(batch.root()));
        batch.close();
      }
    }
  }
}
