package io.qadataswap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.DenseUnionVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.ListViewVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.UnionMode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.TransferPair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every type, every slice offset that matters, nulls or none. */
class RoundTripTest extends Sandbox {
  private static final int[] ROWS = {0, 1, 8, 70, 200};
  private static final int[] OFFSETS = {0, 1, 7, 8, 63, 64, 65};
  private static final double[] NULLS = {0, 0.3, 1};

  static Stream<Field> types() {
    return Types.all().stream();
  }

  @ParameterizedTest
  @MethodSource("types")
  void everySliceOfEveryTypeArrivesUnchanged(Field field) {
    Random random = new Random(field.toString().hashCode());
    Schema schema = new Schema(List.of(field), Map.of("origin", "test"));
    try (QadsWriter writer = writer("t").create();
        FieldVector vector = field.createVector(allocator)) {
      writer.setSchema(schema, null);
      try (QadsReader reader = reader("t").open();
          QadsReader copying = reader("t").copyBatches(true).open()) {
        for (int rows : ROWS) {
          for (double nulls : NULLS) {
            Vectors.fill(vector, rows, field.isNullable() ? nulls : 0, random);
            for (int offset : OFFSETS) {
              if (offset <= rows) {
                exchange(writer, schema, vector, offset, reader, copying);
              }
            }
          }
        }
        writer.finish();
        assertFalse(reader.loadNextBatch());
        assertFalse(copying.loadNextBatch());
      }
    }
  }

  private void exchange(
      QadsWriter writer, Schema schema, FieldVector vector, int offset, QadsReader... readers) {
    TransferPair pair = vector.getTransferPair(allocator);
    pair.splitAndTransfer(offset, vector.getValueCount() - offset);
    List<FieldVector> slices = List.of((FieldVector) pair.getTo());
    int rows = vector.getValueCount() - offset;
    try (VectorSchemaRoot slice = new VectorSchemaRoot(schema, slices, rows)) {
      for (int i = 0; i < 2; i++) { // a batch of as many rows is loaded another way
        writer.write(slice);
        for (QadsReader reader : readers) {
          assertTrue(reader.loadNextBatch());
          Vectors.assertSame(slice, reader.getVectorSchemaRoot());
        }
      }
    }
  }

  @Test
  void allTypesTogetherArriveUnchanged() {
    Random random = new Random(1);
    List<FieldVector> vectors = new ArrayList<>();
    for (Field field : Types.all()) {
      vectors.add(field.createVector(allocator));
      Vectors.fill(vectors.get(vectors.size() - 1), 100, field.isNullable() ? 0.2 : 0, random);
    }
    Schema schema = new Schema(Types.all());
    try (VectorSchemaRoot root = new VectorSchemaRoot(schema, vectors, 100);
        QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open()) {
      writer.write(root);
      writer.finish();
      assertTrue(reader.loadNextBatch());
      Vectors.assertSame(root, reader.getVectorSchemaRoot());
      // What a reader holds can be written on, read-only as it is.
      try (QadsWriter next = writer("next").create();
          QadsReader last = reader("next").open()) {
        next.write(reader.getVectorSchemaRoot());
        next.finish();
        assertTrue(last.loadNextBatch());
        Vectors.assertSame(root, last.getVectorSchemaRoot());
        assertFalse(last.loadNextBatch());
      }
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void aBatchWithoutColumnsKeepsItsRows() {
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open();
        VectorSchemaRoot root = new VectorSchemaRoot(new Schema(List.of()), List.of(), 17)) {
      writer.write(root);
      writer.finish();
      assertTrue(reader.loadNextBatch());
      assertEquals(17, reader.getVectorSchemaRoot().getRowCount());
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void trailingValuesThatWereNeverSetAreNull() {
    Field field = Types.field("text", org.apache.arrow.vector.types.pojo.ArrowType.Utf8.INSTANCE);
    try (VectorSchemaRoot root = VectorSchemaRoot.create(new Schema(List.of(field)), allocator);
        QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open()) {
      root.allocateNew();
      ((org.apache.arrow.vector.VarCharVector) root.getVector(0)).setSafe(2, new byte[] {'x'});
      root.setRowCount(90);
      writer.write(root);
      writer.finish();
      assertTrue(reader.loadNextBatch());
      Vectors.assertSame(root, reader.getVectorSchemaRoot());
      assertEquals(89, reader.getVectorSchemaRoot().getVector(0).getNullCount());
      assertFalse(reader.loadNextBatch());
    }
  }

  static Stream<Field> lists() {
    Field item = Types.field("item", new ArrowType.Int(32, true));
    return Stream.of(
        Types.field("f", ArrowType.Utf8.INSTANCE),
        Types.field("f", ArrowType.LargeUtf8.INSTANCE),
        Types.field("f", ArrowType.List.INSTANCE, item),
        Types.field("f", ArrowType.LargeList.INSTANCE, item));
  }

  /** Arrow lets a row count be set first; its offsets are put in order when they are looked at. */
  @ParameterizedTest
  @MethodSource("lists")
  void valuesSetAfterTheRowCountArriveWithTheNullsBehindThem(Field field) {
    try (VectorSchemaRoot root = VectorSchemaRoot.create(new Schema(List.of(field)), allocator);
        QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open()) {
      root.allocateNew();
      root.setRowCount(10);
      setThird(root.getVector(0));
      writer.write(root);
      writer.finish();
      assertTrue(reader.loadNextBatch());
      FieldVector loaded = reader.getVectorSchemaRoot().getVector(0);
      assertEquals(9, loaded.getNullCount());
      assertEquals(root.getVector(0).getObject(3).toString(), loaded.getObject(3).toString());
      assertTrue(loaded.getObject(3).toString().contains("12345"));
      Vectors.assertSame(root, reader.getVectorSchemaRoot());
      assertFalse(reader.loadNextBatch());
    }
  }

  private static void setThird(FieldVector vector) {
    byte[] text = "12345".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    if (vector instanceof VarCharVector small) {
      small.setSafe(3, text);
    } else if (vector instanceof LargeVarCharVector large) {
      large.setSafe(3, text);
    } else if (vector instanceof ListVector list) {
      int at = list.startNewValue(3);
      ((IntVector) list.getDataVector()).setSafe(at, 12345);
      list.endValue(3, 1);
      list.getDataVector().setValueCount(at + 1);
    } else if (vector instanceof LargeListVector list) {
      long at = list.startNewValue(3);
      ((IntVector) list.getDataVector()).setSafe((int) at, 12345);
      list.endValue(3, 1);
      list.getDataVector().setValueCount((int) at + 1);
    }
  }

  @Test
  void aStructWhoseChildWasReplacedSendsTheNewOne() {
    Field child = Types.field("x", new ArrowType.Int(32, true));
    Field field = Types.field("pair", ArrowType.Struct.INSTANCE, child);
    try (StructVector struct = (StructVector) field.createVector(allocator);
        QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open()) {
      VectorSchemaRoot root = new VectorSchemaRoot(List.of(field), List.of(struct), 1);
      for (int i = 0; i < 2; i++) {
        FieldVector before = struct.getChildrenFromFields().get(0);
        struct.initializeChildrenFromFields(List.of(child));
        before.close();
        IntVector x = (IntVector) struct.getChildrenFromFields().get(0);
        assertTrue(before != x);
        x.setSafe(0, i);
        struct.setIndexDefined(0);
        root.setRowCount(1);
        writer.write(root);
        assertTrue(reader.loadNextBatch());
        StructVector loaded = (StructVector) reader.getVectorSchemaRoot().getVector(0);
        assertEquals(i, ((IntVector) loaded.getChild("x")).get(0));
      }
      writer.finish();
      assertFalse(reader.loadNextBatch());
    }
  }

  /** Arrow counts those values anew when a row count is set, from what the rows refer to. */
  @Test
  void childrenKeepValuesThatNoRowRefersTo() {
    Field item = Types.field("item", new ArrowType.Int(32, true));
    Field views = Types.field("views", ArrowType.ListView.INSTANCE, item);
    Field dense =
        Types.field(
            "dense",
            new ArrowType.Union(UnionMode.Dense, new int[] {0, 1}),
            item,
            Types.field("text", ArrowType.Utf8.INSTANCE));
    try (ListViewVector list = (ListViewVector) views.createVector(allocator);
        DenseUnionVector union = (DenseUnionVector) dense.createVector(allocator);
        QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open()) {
      list.setValueCount(2);
      fillWith(list.getChildrenFromFields().get(0), 5);
      list.setOffset(0, 1);
      list.setSize(0, 2);
      list.setValidity(0, 1);
      union.allocateNew();
      union.setTypeId(0, (byte) 0);
      union.setOffset(0, 0);
      union.setTypeId(1, (byte) 0);
      union.setOffset(1, 3);
      union.setValueCount(2);
      fillWith(union.getChildrenFromFields().get(0), 4);
      union.getChildrenFromFields().get(1).setValueCount(0);
      VectorSchemaRoot root = new VectorSchemaRoot(List.of(views, dense), List.of(list, union), 2);
      writer.write(root);
      writer.finish();
      assertTrue(reader.loadNextBatch());
      try (QadsBatch kept = reader.keep()) {
        for (VectorSchemaRoot loaded : List.of(reader.getVectorSchemaRoot(), kept.root())) {
          FieldVector items = loaded.getVector(0).getChildrenFromFields().get(0);
          int first = ((ListViewVector) loaded.getVector(0)).getElementStartIndex(0);
          assertTrue(items.getValueCount() >= first + 2, items.getValueCount() + " values");
          assertEquals("[1,2]", loaded.getVector(0).getObject(0).toString());
          FieldVector numbers = loaded.getVector(1).getChildrenFromFields().get(0);
          int at = ((DenseUnionVector) loaded.getVector(1)).getOffset(1);
          assertTrue(numbers.getValueCount() > at, numbers.getValueCount() + " values");
          assertEquals(0, loaded.getVector(1).getObject(0));
          assertEquals(3, loaded.getVector(1).getObject(1));
        }
      }
      assertFalse(reader.loadNextBatch());
    }
  }

  private static void fillWith(FieldVector vector, int count) {
    IntVector numbers = (IntVector) vector;
    for (int i = 0; i < count; i++) {
      numbers.setSafe(i, i);
    }
    numbers.setValueCount(count);
  }
}
