package io.qadataswap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;

/** Vectors built in the segment are published in place. */
class SegmentMemoryTest extends Sandbox {
  private static final int ROWS = 10_000;

  private static VectorSchemaRoot built(QadsWriter writer) {
    BigIntVector id = new BigIntVector("id", writer.allocator());
    VarCharVector text = new VarCharVector("text", writer.allocator());
    id.allocateNew(ROWS);
    text.allocateNew(10L * ROWS, ROWS);
    for (int i = 0; i < ROWS; i++) {
      id.set(i, i);
      text.set(i, Integer.toString(i).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    id.setValueCount(ROWS);
    text.setValueCount(ROWS);
    id.setNull(5);
    text.setNull(6);
    return new VectorSchemaRoot(List.of(id, text));
  }

  @Test
  void noValueIsCopied() {
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open()) {
      assertSame(writer.allocator(), writer.allocator());
      try (VectorSchemaRoot root = built(writer)) {
        writer.write(root);
        for (ColumnReport column : writer.lastWrite()) {
          assertTrue(column.bytesCopied() <= (ROWS + 7) / 8, column.toString());
          assertTrue(column.bytesReferenced() >= ROWS * 7L, column.toString());
          assertTrue(column.reason() != CopyReason.OUTSIDE, column.toString());
        }
        assertTrue(reader.loadNextBatch());
        Vectors.assertSame(root, reader.getVectorSchemaRoot());
      }
      assertEquals(0, writer.allocator().getAllocatedMemory());
      // The published batch keeps its memory for itself, however much is built beside it.
      for (int i = 0; i < 20; i++) {
        built(writer).close();
      }
      BigIntVector id = (BigIntVector) reader.getVectorSchemaRoot().getVector(0);
      assertEquals(ROWS - 1, id.get(ROWS - 1));
      assertTrue(writer.statistics().bytesReferenced() > 0);
      writer.finish();
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void whatMustBeCopiedIsReported() {
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open()) {
      try (VectorSchemaRoot outside = numbers(1, 10)) {
        writer.write(outside);
        ColumnReport report = writer.lastWrite().get(0);
        assertEquals("number", report.column());
        assertEquals(CopyReason.OUTSIDE, report.reason());
        assertEquals(40, report.bytesCopied());
      }
      writer.finish();
      assertTrue(reader.loadNextBatch());
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void whatIsLargerThanTheSegmentDoesntFit() {
    try (QadsWriter writer =
        writer("t").capacity(1 << 20).timeout(SHORT).lifetime(Lifetime.UNTIL_CLOSED).create()) {
      assertThrows(QadsWouldNotFitException.class, () -> writer.allocator().buffer(2 << 20));
      assertEquals(0, writer.allocator().getAllocatedMemory());
    }
  }

  @Test
  void vectorsLeftOpenAreReportedWhenTheWriterCloses() {
    QadsWriter writer = writer("t").lifetime(Lifetime.UNTIL_CLOSED).create();
    VectorSchemaRoot root = built(writer);
    assertThrows(IllegalStateException.class, writer::close);
    assertEquals(7, ((BigIntVector) root.getVector(0)).get(7));
    assertThrows(IllegalStateException.class, writer::finish);
  }
}
