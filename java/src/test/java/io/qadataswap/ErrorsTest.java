package io.qadataswap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VectorSchemaRoot;
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
    assertSays(IllegalArgumentException.class, () -> writer("t").capacity(-1), "capacity", "-1");
    assertSays(IllegalArgumentException.class, () -> writer("t").slots(0), "slots", "0");
    assertSays(IllegalArgumentException.class, () -> writer("t").slots(70_000).create(), "70000");
    assertSays(IllegalArgumentException.class, () -> writer("t").readerCapacity(65).create(), "65");
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
