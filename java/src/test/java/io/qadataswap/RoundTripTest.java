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
import org.apache.arrow.vector.VectorSchemaRoot;
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
      writer.write(slice);
      for (QadsReader reader : readers) {
        assertTrue(reader.loadNextBatch());
        Vectors.assertSame(slice, reader.getVectorSchemaRoot());
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
}
