package io.qadataswap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.DenseUnionVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.complex.UnionVector;
import org.apache.arrow.vector.types.UnionMode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.ExtensionTypeRegistry;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each fault is its own exception, whose message names the segment and the numbers. */
class ErrorsTest extends Sandbox {
  private static <T extends Throwable> void assertSays(
      Class<T> type, Executable call, String... words) {
    String message = assertThrows(type, call).getMessage();
    for (String word : words) {
      assertTrue(message.contains(word), () -> "'" + word + "' isn't in: " + message);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".hidden", "a/b", "../x", "with space", "ü", "nul\0"})
  void aBadNameIsABadArgument(String name) {
    assertThrows(IllegalArgumentException.class, () -> writer(name).create());
    assertThrows(IllegalArgumentException.class, () -> reader(name).open());
  }

  @Test
  void missingArgumentsAreBadArguments() {
    assertThrows(IllegalArgumentException.class, () -> writer(null).create());
    assertThrows(IllegalArgumentException.class, () -> reader(null).open());
    assertThrows(IllegalArgumentException.class, () -> QadsReader.open("t", null));
    assertThrows(IllegalArgumentException.class, () -> writer("t").overflow(null));
    assertThrows(IllegalArgumentException.class, () -> writer("t").timeout(null));
    try (QadsWriter writer = writer("t").lifetime(Lifetime.UNTIL_CLOSED).create()) {
      assertThrows(IllegalArgumentException.class, () -> writer.write((VectorSchemaRoot) null));
      assertThrows(IllegalArgumentException.class, () -> writer.setSchema(null, null));
    }
  }

  @Test
  void impossibleNumbersAreBadArguments() {
    assertRefuses(writer("t").capacity(-1), "'t'", "capacity", "-1");
    assertRefuses(writer("t").schemaCapacity(0), "'t'", "schema_capacity", "0");
    assertRefuses(writer("t").slots(0), "'t'", "slots", "0");
    assertRefuses(writer("t").slots(70_000), "'t'", "slots", "70000");
    assertRefuses(writer("t").readerCapacity(65), "'t'", "reader_capacity", "65");
    assertSays(
        IllegalArgumentException.class,
        () -> writer("t").evictAfter(Duration.ofMillis(-1)),
        "'t'",
        "evictAfter");
  }

  private static void assertRefuses(QadsWriterBuilder builder, String... words) {
    assertSays(IllegalArgumentException.class, builder::create, words);
  }

  @Test
  void aMissingSegmentIsNotFound() {
    assertSays(QadsNotFoundException.class, () -> reader("gone").open(), "gone");
    long before = System.nanoTime();
    assertThrows(QadsNotFoundException.class, () -> reader("gone").waitForSegment(SHORT).open());
    assertTrue(System.nanoTime() - before >= SHORT.toNanos());
    assertThrows(QadsNotFoundException.class, () -> QadsSegments.remove("gone", directory, false));
  }

  @Test
  void aForeignFileIsForeign() throws IOException {
    Path file = Files.write(directory.resolve("qads_t"), new byte[1 << 20]);
    assertSays(QadsForeignException.class, () -> reader("t").open(), "t");
    Files.delete(file);
  }

  @Test
  void aTruncatedSegmentIsCorrupt() throws IOException {
    try (QadsWriter writer = writer("t").lifetime(Lifetime.KEEP).create()) {
      write(writer, 1, 10);
      writer.finish();
    }
    Path file = directory.resolve("qads_t");
    try (RandomAccessFile segment = new RandomAccessFile(file.toFile(), "rw")) {
      segment.setLength(segment.length() / 2);
    }
    assertSays(QadsCorruptException.class, () -> reader("t").open(), "t");
    Files.delete(file);
  }

  @Test
  void aNewerSegmentSaysBothVersions() throws IOException {
    try (QadsWriter writer = writer("t").lifetime(Lifetime.KEEP).create()) {
      write(writer, 1, 10);
      writer.finish();
    }
    Path file = directory.resolve("qads_t");
    try (RandomAccessFile segment = new RandomAccessFile(file.toFile(), "rw")) {
      segment.seek(8); // the layout's major version
      segment.write(99);
    }
    assertSays(QadsVersionException.class, () -> reader("t").open(), "'t'", "99", "1.0");
    Files.delete(file);
  }

  @Test
  void aTypeThatJavaCantCarryIsNamed() {
    ArrowType union = new ArrowType.Union(UnionMode.Dense, new int[] {7, 5});
    List<Field> children = List.of(Field.nullable("a", new ArrowType.Int(32, true)));
    Field field = new Field("either", FieldType.nullable(union), children);
    try (QadsWriter writer = writer("t").lifetime(Lifetime.UNTIL_CLOSED).create()) {
      assertSays(
          QadsUnsupportedTypeException.class,
          () -> writer.setSchema(new Schema(List.of(field)), null),
          "'t'",
          "either",
          "+ud");
      write(writer, 1, 10);
    }
  }

  @Test
  void aFullFileSystemSaysHowMuchIsMissing() throws IOException, InterruptedException {
    Path small = Files.createDirectory(directory.resolve("small"));
    boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=1m", "none", small.toString());
    assumeTrue(mounted, "this process can't mount a tmpfs");
    try (QadsWriter writer = writer("t").directory(small).create();
        QadsReader reader = reader("t").directory(small).open()) {
      assertSays(QadsNoSpaceException.class, () -> write(writer, 1, 500_000), "'t'", "bytes");
      write(writer, 2, 10);
      writer.finish();
      assertTrue(reader.loadNextBatch());
      assertEquals(2, number(reader.getVectorSchemaRoot()));
      assertFalse(reader.loadNextBatch());
    } finally {
      assertTrue(run("umount", small.toString()));
      Files.delete(small);
    }
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
  }

  @Test
  void aLiveWritersNameIsTaken() {
    try (QadsWriter writer = writer("t").lifetime(Lifetime.UNTIL_CLOSED).create()) {
      assertSays(QadsExistsException.class, () -> writer("t").create(), "t");
      assertThrows(QadsExistsException.class, () -> QadsSegments.remove("t", directory, true));
      assertEquals("t", writer.name());
    }
  }

  @Test
  void takingOverCanBeRefused() {
    try (QadsWriter writer = writer("t").create()) {
      write(writer, 1, 10);
      writer.finish();
    }
    assertThrows(QadsExistsException.class, () -> writer("t").takeover(Takeover.REFUSE).create());
    try (QadsWriter writer = writer("t").lifetime(Lifetime.UNTIL_CLOSED).create()) {
      assertEquals(1, writer.statistics().supersededUnread());
    }
  }

  @Test
  void anotherSchemaIsAMismatchAndHarmsNobody() {
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open();
        BigIntVector other = new BigIntVector("number", allocator)) {
      write(writer, 1, 10);
      other.setValueCount(0);
      assertSays(
          QadsSchemaMismatchException.class,
          () -> writer.write(new VectorSchemaRoot(List.of(other))),
          "'t'",
          "number",
          "Int(32",
          "Int(64");
      write(writer, 2, 10);
      writer.finish();
      assertTrue(reader.loadNextBatch());
      assertTrue(reader.loadNextBatch());
      assertEquals(2, number(reader.getVectorSchemaRoot()));
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void aRowThatCantFitSaysBothSizes() {
    try (QadsWriter writer = writer("t").capacity(65_536).create();
        QadsReader reader = reader("t").open();
        VarBinaryVector big = new VarBinaryVector("blob", allocator)) {
      big.allocateNew();
      big.setSafe(0, new byte[100_000]);
      big.setValueCount(1);
      VectorSchemaRoot root = new VectorSchemaRoot(List.of(big));
      assertSays(QadsWouldNotFitException.class, () -> writer.write(root), "'t'", "65536");
      big.reset();
      big.setSafe(0, new byte[1_000]);
      big.setValueCount(1);
      root.setRowCount(1);
      writer.write(root);
      writer.finish();
      assertTrue(reader.loadNextBatch());
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void waitingIsBoundedAndSaysForWhat() {
    try (QadsWriter writer = writer("t").slots(2).timeout(SHORT).create();
        QadsReader reader = reader("t").timeout(SHORT).open()) {
      assertThrows(QadsTimeoutException.class, reader::getVectorSchemaRoot);
      assertEquals(LoadResult.TIMEOUT, reader.tryLoad(Duration.ZERO));
      assertThrows(QadsTimeoutException.class, reader::loadNextBatch);
      write(writer, 1, 1);
      write(writer, 2, 1);
      assertSays(QadsTimeoutException.class, () -> write(writer, 3, 1), "'t'");
      assertSays(
          QadsTimeoutException.class, () -> writer.waitForReaders(2, SHORT), "'t'", "1", "2");
      assertThrows(QadsTimeoutException.class, () -> writer.waitUntilDrained(SHORT));
      assertTrue(reader.loadNextBatch());
      assertTrue(reader.loadNextBatch());
      writer.waitUntilDrained(LONG);
      writer.finish();
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void aWriterThatClosesWithoutFinishDied() {
    try (QadsReader reader = abandoned()) {
      assertTrue(reader.loadNextBatch());
      assertEquals(7, number(reader.getVectorSchemaRoot()));
      assertSays(QadsWriterDiedException.class, reader::loadNextBatch, "'t'");
    }
  }

  private QadsReader abandoned() {
    try (QadsWriter writer = writer("t").create()) {
      QadsReader reader = reader("t").open();
      write(writer, 7, 1);
      return reader;
    }
  }

  @Test
  void whatIsClosedCantBeUsed() {
    QadsWriter writer = writer("t").lifetime(Lifetime.UNTIL_CLOSED).create();
    QadsReader reader = reader("t").open();
    write(writer, 1, 1);
    assertTrue(reader.loadNextBatch());
    writer.finish();
    assertThrows(IllegalStateException.class, () -> write(writer, 2, 1));
    writer.finish();
    reader.close();
    reader.close();
    assertThrows(IllegalStateException.class, reader::loadNextBatch);
    assertThrows(IllegalStateException.class, reader::keep);
    assertThrows(IllegalStateException.class, reader::statistics);
    assertThrows(IllegalStateException.class, reader::segmentStatistics);
    assertThrows(IllegalStateException.class, reader::getVectorSchemaRoot);
    assertThrows(IllegalStateException.class, reader::getDictionaryVectors);
    assertThrows(IllegalStateException.class, reader::getDictionaryIds);
    assertThrows(IllegalStateException.class, () -> reader.lookup(0));
    assertThrows(IllegalStateException.class, reader::sequence);
    assertThrows(IllegalStateException.class, reader::endsMessage);
    assertThrows(IllegalStateException.class, reader::lostBefore);
    assertEquals(0, writer.allocator().getAllocatedMemory());
    writer.close();
    writer.close();
    assertThrows(IllegalStateException.class, writer::finish);
    assertThrows(IllegalStateException.class, writer::statistics);
    assertThrows(IllegalStateException.class, writer::allocator);
    assertThrows(IllegalStateException.class, writer::lastWrite);
    assertThrows(IllegalStateException.class, () -> writer.waitUntilDrained(SHORT));
  }

  @Test
  void aFullHouseOfReadersIsItsOwnError() {
    try (QadsWriter writer =
            writer("t").readerCapacity(1).lifetime(Lifetime.UNTIL_CLOSED).create();
        QadsReader reader = reader("t").open()) {
      assertThrows(QadsTooManyReadersException.class, () -> reader("t").open());
      assertEquals(1, writer.readers().size());
      assertTrue(writer.readers().get(0).alive());
      assertEquals(1, QadsSegments.readers("t", directory).size());
      assertEquals(List.of("t"), QadsSegments.list(directory));
      assertTrue(QadsSegments.statistics("t", directory).writerAlive());
      assertEquals(0, reader.statistics().batches());
    }
  }

  @Test
  void aDirectoryThatDoesntExistIsBadForAWriterAndEmptyForAReader() {
    Path missing = directory.resolve("missing");
    assertSays(
        IllegalArgumentException.class, () -> writer("t").directory(missing).create(), "missing");
    assertSays(QadsNotFoundException.class, () -> reader("t").directory(missing).open(), "missing");
  }

  @Test
  void aReaderThatCantBeOpenedLeavesNoMapping() throws IOException {
    try (QadsWriter writer =
            writer("t").readerCapacity(1).lifetime(Lifetime.UNTIL_CLOSED).create();
        QadsReader reader = reader("t").open()) {
      long before = mappings();
      for (int i = 0; i < 3; i++) {
        assertThrows(QadsTooManyReadersException.class, () -> reader("t").open());
      }
      assertEquals(before, mappings());
      assertEquals(0, reader.statistics().batches() + writer.statistics().messages());
    }
  }

  private long mappings() throws IOException {
    String file = directory.resolve("qads_t").toString();
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.filter(line -> line.contains(file)).count();
    }
  }

  @Test
  void aReaderThatLagsTooLongLosesItsPlace() {
    try (QadsWriter writer = writer("t").slots(2).evictAfter(SHORT).create();
        QadsReader slow = reader("t").open();
        QadsReader quick = reader("t").open()) {
      for (int i = 0; i < 3; i++) {
        write(writer, i, 1);
        assertTrue(quick.loadNextBatch());
        assertEquals(i, number(quick.getVectorSchemaRoot()));
      }
      assertEquals(SHORT, writer.statistics().evictAfter());
      writer.finish();
      assertFalse(quick.loadNextBatch());
      assertSays(QadsEvictedException.class, slow::loadNextBatch, "'t'");
      assertEquals(1, writer.statistics().evictedReaders());
    }
  }

  @Test
  void aReaderWhoseVectorsWereClosedLoadsNothing() {
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open()) {
      write(writer, 1, 1);
      write(writer, 2, 1);
      writer.finish();
      assertTrue(reader.loadNextBatch());
      reader.close(false);
      assertThrows(IllegalStateException.class, reader::loadNextBatch);
      assertThrows(IllegalStateException.class, () -> reader.tryLoad(SHORT));
      assertThrows(IllegalStateException.class, reader::getVectorSchemaRoot);
      assertThrows(IllegalStateException.class, reader::keep);
      assertEquals(0, allocator.getAllocatedMemory());
      reader.close(false);
    }
    QadsSegments.remove("t", directory, true);
  }

  static Stream<Field> types() {
    Field a = Field.nullable("a", new ArrowType.Int(32, true));
    Field inner = Types.field("inner", ArrowType.Struct.INSTANCE, a);
    return Stream.concat(
        Types.all().stream(), Stream.of(Types.field("outer", ArrowType.Struct.INSTANCE, inner)));
  }

  @ParameterizedTest
  @MethodSource("types")
  void aRootThatItsUserClosedLosesNoColumnInSilence(Field field) {
    boolean lost = field.getType() instanceof ArrowType.Struct;
    try (QadsWriter writer = writer("t").lifetime(Lifetime.UNTIL_CLOSED).create();
        QadsReader reader = reader("t").open();
        FieldVector vector = field.createVector(allocator)) {
      Vectors.fill(vector, 20, field.isNullable() ? 0.3 : 0, new Random(1));
      VectorSchemaRoot root = new VectorSchemaRoot(List.of(field), List.of(vector), 20);
      writer.write(root);
      writer.write(root);
      assertTrue(reader.loadNextBatch());
      reader.getVectorSchemaRoot().close();
      if (lost) {
        assertSays(
            IllegalStateException.class, reader::loadNextBatch, "'t'", field.getName(), "closed");
        assertEquals(1, reader.statistics().batches());
      } else {
        assertTrue(reader.loadNextBatch());
        Vectors.assertSame(root, reader.getVectorSchemaRoot());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(UnionMode.class)
  void aUnionThatItsUserClosedLosesNothing(UnionMode mode) {
    Field a = Field.nullable("a", new ArrowType.Int(32, true));
    Field field = Types.field("either", new ArrowType.Union(mode, new int[] {0}), a);
    try (QadsWriter writer = writer("t").lifetime(Lifetime.UNTIL_CLOSED).create();
        QadsReader reader = reader("t").open();
        FieldVector vector = field.createVector(allocator)) {
      vector.allocateNew();
      ((IntVector) vector.getChildrenFromFields().get(0)).setSafe(0, 7);
      if (vector instanceof DenseUnionVector dense) {
        dense.setTypeId(0, (byte) 0);
        dense.setOffset(0, 0);
      } else {
        ((UnionVector) vector).getTypeBuffer().setByte(0, 0);
      }
      vector.setValueCount(1);
      vector.getChildrenFromFields().get(0).setValueCount(1);
      VectorSchemaRoot root = new VectorSchemaRoot(List.of(field), List.of(vector), 1);
      for (int i = 0; i < 2; i++) {
        writer.write(root);
        assertTrue(reader.loadNextBatch());
        FieldVector loaded = reader.getVectorSchemaRoot().getVector(0);
        assertEquals(7, loaded.getChildrenFromFields().get(0).getObject(0));
        reader.getVectorSchemaRoot().close();
      }
    }
  }

  @Test
  void aVectorThatIsntWhatItsFieldSaysIsRefused() {
    Field said = Field.nullable("number", new ArrowType.Int(32, true));
    Field decimal = Field.nullable("price", new ArrowType.Decimal(9, 2, 128));
    Field list = Types.field("list", new ArrowType.FixedSizeList(2), said);
    Field longer = Types.field("list", new ArrowType.FixedSizeList(3), said);
    try (FieldVector wide = new BigIntVector("number", allocator);
        FieldVector other = new DecimalVector("price", allocator, 9, 3);
        FieldVector lists = longer.createVector(allocator)) {
      assertMisfit(said, wide, "'number'", "BigIntVector", "Int(32, true)");
      assertMisfit(decimal, other, "'price'", "Decimal(9, 3, 128)", "Decimal(9, 2, 128)");
      assertMisfit(list, lists, "'list'", "FixedSizeList(3)", "FixedSizeList(2)");
    }
  }

  private void assertMisfit(Field field, FieldVector vector, String... words) {
    try (QadsWriter writer = writer("t").lifetime(Lifetime.UNTIL_CLOSED).create()) {
      vector.setValueCount(0);
      VectorSchemaRoot root = new VectorSchemaRoot(List.of(field), List.of(vector), 0);
      assertSays(IllegalArgumentException.class, () -> writer.write(root), words);
      assertSays(IllegalArgumentException.class, () -> writer.write(root), "'t'");
    }
  }

  @Test
  void aStructWithMoreChildrenThanItsFieldSaysIsNamedWithItsSegment() {
    Field child = Field.nullable("x", new ArrowType.Int(32, true));
    Field field = Types.field("pair", ArrowType.Struct.INSTANCE, child);
    try (QadsWriter writer = writer("t").lifetime(Lifetime.UNTIL_CLOSED).create();
        StructVector struct = (StructVector) field.createVector(allocator)) {
      VectorSchemaRoot root = new VectorSchemaRoot(List.of(field), List.of(struct), 0);
      writer.write(root);
      struct.addOrGet("y", child.getFieldType(), IntVector.class);
      assertSays(
          IllegalArgumentException.class, () -> writer.write(root), "'t'", "'pair'", "2", "1");
    }
  }

  @ParameterizedTest
  @EnumSource(UnionMode.class)
  void fixedSizeListsOfUnionsAreRefusedByName(UnionMode mode) {
    Field number = Field.nullable("a", new ArrowType.Int(32, true));
    Field union = Types.field("either", new ArrowType.Union(mode, new int[] {0}), number);
    Field list = Types.field("pairs", new ArrowType.FixedSizeList(2), union);
    Field outer = Types.field("outer", ArrowType.Struct.INSTANCE, list);
    try (QadsWriter writer = writer("t").lifetime(Lifetime.UNTIL_CLOSED).create()) {
      assertSays(
          QadsUnsupportedTypeException.class,
          () -> writer.setSchema(new Schema(List.of(outer)), null),
          "'t'",
          "'outer.pairs'",
          "fixed-size lists can't hold unions");
    }
  }

  /** What its vectors are isn't known before they are made. */
  private static final class Vectorless extends ArrowType.ExtensionType {
    @Override
    public ArrowType storageType() {
      return new ArrowType.Int(32, true);
    }

    @Override
    public String extensionName() {
      return "qads.vectorless";
    }

    @Override
    public boolean extensionEquals(ArrowType.ExtensionType other) {
      return other instanceof Vectorless;
    }

    @Override
    public ArrowType deserialize(ArrowType storage, String data) {
      return this;
    }

    @Override
    public String serialize() {
      return "";
    }

    @Override
    public FieldVector getNewVector(String name, FieldType type, BufferAllocator allocator) {
      throw new ClassCastException("no vectors");
    }
  }

  @Test
  void anExtensionTypeWithoutVectorsIsUnsupportedByName() {
    Vectorless type = new Vectorless();
    Map<String, String> metadata =
        Map.of(ArrowType.ExtensionType.EXTENSION_METADATA_KEY_NAME, type.extensionName());
    Field field =
        new Field("odd", new FieldType(true, type.storageType(), null, metadata), List.of());
    ExtensionTypeRegistry.register(type);
    try (QadsWriter writer = writer("t").lifetime(Lifetime.UNTIL_CLOSED).create();
        QadsReader reader = reader("t").open()) {
      writer.setSchema(new Schema(List.of(field)), null);
      assertSays(
          QadsUnsupportedTypeException.class,
          reader::getVectorSchemaRoot,
          "'t'",
          "'odd'",
          "no vectors");
    } finally {
      ExtensionTypeRegistry.unregister(type);
    }
  }
}
