package io.qadataswap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.Test;

/** Messages of several batches, streams, and readers that are overrun. */
class MessagesTest extends Sandbox {
  /** So many batches of one row, and then a failure if it is told to fail. */
  private static final class Source extends ArrowReader {
    private final int batches;
    private final boolean fails;
    private int next;

    Source(BufferAllocator allocator, int batches, boolean fails) {
      super(allocator);
      this.batches = batches;
      this.fails = fails;
    }

    @Override
    public boolean loadNextBatch() throws IOException {
      prepareLoadNextBatch();
      if (next == batches && fails) {
        throw new IOException("source failed");
      }
      VectorSchemaRoot root = getVectorSchemaRoot();
      if (next == batches) {
        return false;
      }
      root.clear();
      IntVector vector = (IntVector) root.getVector(0);
      vector.allocateNew(1);
      vector.set(0, next++);
      root.setRowCount(1);
      return true;
    }

    @Override
    public long bytesRead() {
      return 0;
    }

    @Override
    protected void closeReadSource() {}

    @Override
    protected Schema readSchema() {
      return new Schema(
          java.util.List.of(
              Types.field(
                  "number", new org.apache.arrow.vector.types.pojo.ArrowType.Int(32, true))));
    }
  }

  @Test
  void aStreamIsOneMessageOrMany() throws IOException {
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open();
        Source one = new Source(allocator, 3, false);
        Source many = new Source(allocator, 2, false)) {
      assertEquals(3, writer.write(one));
      assertEquals(2, writer.writeEach(many));
      writer.finish();
      boolean[] ends = {false, false, true, true, true};
      for (int i = 0; i < ends.length; i++) {
        assertTrue(reader.loadNextBatch());
        assertEquals(i % 3, number(reader.getVectorSchemaRoot()));
        assertEquals(ends[i], reader.endsMessage());
        assertEquals(i, reader.sequence());
      }
      assertFalse(reader.loadNextBatch());
      assertEquals(3, reader.segmentStatistics().messages());
    }
  }

  @Test
  void aStreamWithoutBatchesSendsItsSchema() throws IOException {
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open();
        Source none = new Source(allocator, 0, false)) {
      assertEquals(0, writer.write(none));
      writer.finish();
      assertEquals("number", reader.getVectorSchemaRoot().getVector(0).getName());
      assertTrue(reader.loadNextBatch());
      assertEquals(0, reader.getVectorSchemaRoot().getRowCount());
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void aStreamThatFailsGivesItsMessageUp() throws IOException {
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open();
        Source failing = new Source(allocator, 3, true)) {
      IOException e = assertThrows(IOException.class, () -> writer.write(failing));
      assertEquals("source failed", e.getMessage());
      write(writer, 9, 1);
      writer.finish();
      int last = -1;
      boolean begun = false;
      while (reader.loadNextBatch()) {
        last = number(reader.getVectorSchemaRoot());
        begun |= last == 0;
      }
      assertTrue(begun);
      assertEquals(9, last);
      assertTrue(reader.sequence() < 0);
    }
  }

  @Test
  void aSchemaAloneIsSeenBeforeTheFirstBatch() {
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open();
        VectorSchemaRoot root = numbers(1, 1)) {
      writer.setSchema(root.getSchema(), null);
      assertEquals(root.getSchema(), reader.getVectorSchemaRoot().getSchema());
      writer.finish();
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void anOverrunReaderIsToldHowManyItLost() {
    try (QadsWriter writer = writer("t").overflow(OverflowPolicy.DROP_OLDEST).slots(4).create();
        QadsReader strict = reader("t").open();
        QadsReader counting = reader("t").loss(LossMode.COUNT).open()) {
      for (int i = 0; i < 10; i++) {
        write(writer, i, 10);
      }
      writer.finish();
      QadsOverrunException overrun =
          assertThrows(QadsOverrunException.class, strict::loadNextBatch);
      assertEquals(strict.statistics().lost(), overrun.lost());
      assertEquals(LoadResult.BATCH, strict.tryLoad(Duration.ZERO));
      assertEquals(overrun.lost(), strict.sequence());
      assertEquals(LoadResult.BATCH, counting.tryLoad(Duration.ZERO));
      assertEquals(overrun.lost(), counting.lostBefore());
      assertEquals((int) overrun.lost(), number(counting.getVectorSchemaRoot()));
      for (int i = (int) overrun.lost() + 1; i < 10; i++) {
        assertTrue(strict.loadNextBatch());
        assertTrue(counting.loadNextBatch());
        assertEquals(0, counting.lostBefore());
        assertEquals(i, number(strict.getVectorSchemaRoot()));
      }
      assertFalse(strict.loadNextBatch());
      assertFalse(counting.loadNextBatch());
      assertEquals(10 - overrun.lost(), counting.statistics().batches());
    }
  }

  @Test
  void aLateReaderBeginsWhereItWantsTo() {
    try (QadsWriter writer = writer("t").create()) {
      write(writer, 1, 1);
      write(writer, 2, 1);
      try (QadsReader early = reader("t").open();
          QadsReader late = reader("t").start(StartPosition.LATEST).open()) {
        write(writer, 3, 1);
        writer.finish();
        assertTrue(late.loadNextBatch());
        assertEquals(3, number(late.getVectorSchemaRoot()));
        assertFalse(late.loadNextBatch());
        for (int i = 1; i <= 3; i++) {
          assertTrue(early.loadNextBatch());
          assertEquals(i, number(early.getVectorSchemaRoot()));
        }
        assertFalse(early.loadNextBatch());
      }
    }
  }

  @Test
  void eachOverrunCountsItsOwnLosses() {
    try (QadsWriter writer = writer("t").overflow(OverflowPolicy.DROP_OLDEST).slots(3).create();
        QadsReader reader = reader("t").open()) {
      for (int round = 1; round <= 2; round++) {
        for (int i = 0; i < 10; i++) {
          write(writer, i, 1);
        }
        QadsOverrunException overrun =
            assertThrows(QadsOverrunException.class, reader::loadNextBatch);
        assertEquals(7, overrun.lost());
        assertEquals(7L * round, reader.statistics().lost());
        for (int i = 7; i < 10; i++) {
          assertTrue(reader.loadNextBatch());
          assertEquals(i, number(reader.getVectorSchemaRoot()));
        }
        assertEquals(LoadResult.TIMEOUT, reader.tryLoad(Duration.ZERO));
      }
      writer.finish();
      assertFalse(reader.loadNextBatch());
    }
  }
}
