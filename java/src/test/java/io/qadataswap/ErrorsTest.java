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
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.UnionMode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
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
}
