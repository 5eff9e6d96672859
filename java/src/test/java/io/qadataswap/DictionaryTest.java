package io.qadataswap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.util.TransferPair;
import org.junit.jupiter.api.Test;

/** Vectors hold indices; the dictionaries travel with every batch and get ids of their own. */
class DictionaryTest extends Sandbox {
  private static final ArrowType.Int INDEX = new ArrowType.Int(8, true);

  private VarCharVector texts(String... values) {
    VarCharVector vector = new VarCharVector("values", allocator);
    vector.allocateNew();
    for (int i = 0; i < values.length; i++) {
      vector.setSafe(i, values[i].getBytes(StandardCharsets.UTF_8));
    }
    vector.setValueCount(values.length);
    return vector;
  }

  private static void fill(TinyIntVector indices, int... values) {
    indices.allocateNew(values.length);
    for (int i = 0; i < values.length; i++) {
      indices.set(i, values[i]);
    }
    indices.setValueCount(values.length);
  }

  @Test
  void aDictionaryMayChangeFromBatchToBatch() {
    DictionaryEncoding encoding = new DictionaryEncoding(17, true, INDEX);
    Field field = new Field("code", new FieldType(true, INDEX, encoding), null);
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open();
        TinyIntVector indices = (TinyIntVector) field.createVector(allocator);
        VarCharVector first = texts("a", "b");
        VarCharVector second = texts("c", "d", "e")) {
      fill(indices, 1, 0, 1);
      VectorSchemaRoot root = new VectorSchemaRoot(List.of(indices));
      for (VarCharVector values : List.of(first, second)) {
        writer.write(root, new MapDictionaryProvider(new Dictionary(values, encoding)));
      }
      assertThrows(IllegalArgumentException.class, () -> writer.write(root));
      writer.finish();
      for (VarCharVector values : List.of(first, second)) {
        assertTrue(reader.loadNextBatch());
        FieldVector loaded = reader.getVectorSchemaRoot().getVector(0);
        DictionaryEncoding given = loaded.getField().getDictionary();
        assertTrue(given.isOrdered());
        assertEquals(INDEX, given.getIndexType());
        assertEquals(0, given.getId());
        Vectors.assertSame(indices, loaded);
        Vectors.assertSame(values, reader.lookup(given.getId()).getVector());
      }
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void everySliceOfTheIndicesArrivesWithTheWholeDictionary() {
    DictionaryEncoding encoding = new DictionaryEncoding(3, false, INDEX);
    Field field = new Field("code", new FieldType(true, INDEX, encoding), null);
    int rows = 200;
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open();
        QadsReader copying = reader("t").copyBatches(true).open();
        TinyIntVector indices = (TinyIntVector) field.createVector(allocator);
        VarCharVector words = texts("a", "", "c")) {
      indices.allocateNew(rows);
      for (int i = 0; i < rows; i++) {
        if (i % 5 == 0) {
          indices.setNull(i);
        } else {
          indices.set(i, i % 3);
        }
      }
      indices.setValueCount(rows);
      MapDictionaryProvider provider = new MapDictionaryProvider(new Dictionary(words, encoding));
      for (int offset : new int[] {0, 1, 7, 8, 63, 64, 65, rows}) {
        TransferPair pair = indices.getTransferPair(allocator);
        pair.splitAndTransfer(offset, rows - offset);
        try (FieldVector slice = (FieldVector) pair.getTo()) {
          writer.write(new VectorSchemaRoot(List.of(slice)), provider);
          for (QadsReader each : List.of(reader, copying)) {
            assertTrue(each.loadNextBatch());
            Vectors.assertSame(slice, each.getVectorSchemaRoot().getVector(0));
            Vectors.assertSame(words, each.lookup(0).getVector());
          }
        }
      }
      writer.finish();
      assertFalse(reader.loadNextBatch());
      assertFalse(copying.loadNextBatch());
    }
  }

  @Test
  void dictionariesMayHaveDictionariesInside() {
    DictionaryEncoding outer = new DictionaryEncoding(1, false, INDEX);
    DictionaryEncoding inner = new DictionaryEncoding(2, false, INDEX);
    Field member = new Field("member", new FieldType(true, INDEX, inner), null);
    Field values = Types.field("values", ArrowType.Struct.INSTANCE, member);
    Field code = new Field("code", new FieldType(true, INDEX, outer), null);
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open();
        TinyIntVector indices = (TinyIntVector) code.createVector(allocator);
        StructVector structs = (StructVector) values.createVector(allocator);
        VarCharVector words = texts("x", "y", "z")) {
      fill((TinyIntVector) structs.getChildrenFromFields().get(0), 2, 1);
      structs.setIndexDefined(0);
      structs.setIndexDefined(1);
      structs.setValueCount(2);
      fill(indices, 0, 1, 1, 0);
      writer.write(
          new VectorSchemaRoot(List.of(indices)),
          new MapDictionaryProvider(new Dictionary(structs, outer), new Dictionary(words, inner)));
      writer.finish();
      assertTrue(reader.loadNextBatch());
      try (QadsBatch kept = reader.keep()) {
        assertFalse(reader.loadNextBatch());
        Vectors.assertSame(indices, kept.root().getVector(0));
        Vectors.assertSame(structs, kept.lookup(0).getVector());
        Vectors.assertSame(words, kept.lookup(1).getVector());
        assertEquals(2, kept.getDictionaryIds().size());
      }
    }
  }

  @Test
  void aDictionaryOfAnotherTypeIsAMismatchAlsoInTheSameProvider() {
    DictionaryEncoding encoding = new DictionaryEncoding(7, false, INDEX);
    Field field = new Field("code", new FieldType(true, INDEX, encoding), null);
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open();
        TinyIntVector indices = (TinyIntVector) field.createVector(allocator);
        LargeVarCharVector others = new LargeVarCharVector("values", allocator);
        VarCharVector more = texts("c");
        VarCharVector words = texts("a", "b")) {
      others.setSafe(0, "x".getBytes(StandardCharsets.UTF_8));
      others.setValueCount(1);
      fill(indices, 0, 0);
      VectorSchemaRoot root = new VectorSchemaRoot(List.of(indices));
      MapDictionaryProvider provider = new MapDictionaryProvider(new Dictionary(words, encoding));
      writer.write(root, provider);
      provider.put(new Dictionary(others, encoding));
      assertThrows(QadsSchemaMismatchException.class, () -> writer.write(root, provider));
      provider.put(new Dictionary(more, encoding));
      writer.write(root, provider);
      writer.finish();
      assertTrue(reader.loadNextBatch());
      Vectors.assertSame(words, reader.lookup(0).getVector());
      assertTrue(reader.loadNextBatch());
      Vectors.assertSame(more, reader.lookup(0).getVector());
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void aDictionaryInsideAStructOfAnotherTypeIsAMismatchToo() {
    DictionaryEncoding encoding = new DictionaryEncoding(7, false, INDEX);
    Field member = new Field("member", new FieldType(true, INDEX, encoding), null);
    Field field = Types.field("pair", ArrowType.Struct.INSTANCE, member);
    try (QadsWriter writer = writer("t").lifetime(Lifetime.UNTIL_CLOSED).create();
        StructVector structs = (StructVector) field.createVector(allocator);
        LargeVarCharVector others = new LargeVarCharVector("values", allocator);
        VarCharVector words = texts("a", "b")) {
      others.setValueCount(0);
      structs.setValueCount(0);
      VectorSchemaRoot root = new VectorSchemaRoot(List.of(field), List.of(structs), 0);
      MapDictionaryProvider provider = new MapDictionaryProvider(new Dictionary(words, encoding));
      writer.write(root, provider);
      provider.put(new Dictionary(others, encoding));
      assertThrows(QadsSchemaMismatchException.class, () -> writer.write(root, provider));
    }
  }

  @Test
  void aMissingDictionaryIsNamedWithItsSegment() {
    DictionaryEncoding encoding = new DictionaryEncoding(7, false, INDEX);
    Field field = new Field("code", new FieldType(true, INDEX, encoding), null);
    try (QadsWriter writer = writer("t").lifetime(Lifetime.UNTIL_CLOSED).create();
        TinyIntVector indices = (TinyIntVector) field.createVector(allocator)) {
      VectorSchemaRoot root = new VectorSchemaRoot(List.of(indices));
      String message =
          assertThrows(IllegalArgumentException.class, () -> writer.write(root)).getMessage();
      assertTrue(message.startsWith("segment 't', column 'code' "), message);
      assertTrue(message.contains("7"), message);
    }
  }
}
