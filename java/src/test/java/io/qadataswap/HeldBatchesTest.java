package io.qadataswap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.ReferenceManager;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.util.TransferPair;
import org.junit.jupiter.api.Test;

/** What a reader holds stays what it was. */
class HeldBatchesTest extends Sandbox {
  @Test
  void keptBatchesStayWhileTheRingGoesRoundAHundredTimes() {
    int slots = 5;
    try (QadsWriter writer = writer("t").slots(slots).capacity(1 << 20).create();
        QadsReader reader = reader("t").open()) {
      List<QadsBatch> kept = new ArrayList<>();
      for (int i = 0; i < 100 * slots; i++) {
        write(writer, i, 100);
        assertTrue(reader.loadNextBatch());
        assertEquals(i, number(reader.getVectorSchemaRoot()));
        if (i % 100 == 0 && kept.size() < slots - 2) {
          kept.add(reader.keep());
        }
      }
      assertEquals(kept.size() + 1, reader.statistics().heldBatches());
      for (int i = 0; i < kept.size(); i++) {
        assertEquals(100 * i, number(kept.get(i).root()));
        assertEquals(100L * i, kept.get(i).sequence());
        kept.get(i).close();
      }
      writer.finish();
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void oneSlotIsEnoughForAReaderThatKeepsNothing() {
    try (QadsWriter writer = writer("t").slots(1).create();
        QadsReader reader = reader("t").open()) {
      Thread writing =
          new Thread(
              () -> {
                for (int i = 0; i < 50; i++) {
                  write(writer, i, 10);
                }
                writer.finish();
              });
      writing.start();
      for (int i = 0; i < 50; i++) {
        assertTrue(reader.loadNextBatch());
        assertEquals(i, number(reader.getVectorSchemaRoot()));
      }
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void batchesOutliveTheirReaderAndTheSegmentsName() {
    QadsBatch kept;
    FieldVector transferred;
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open()) {
      write(writer, 42, 1000);
      writer.finish();
      assertTrue(reader.loadNextBatch());
      kept = reader.keep();
      TransferPair pair = reader.getVectorSchemaRoot().getVector(0).getTransferPair(allocator);
      pair.transfer();
      transferred = (FieldVector) pair.getTo();
      assertFalse(reader.loadNextBatch());
    }
    assertEquals(42, number(kept.root()));
    assertTrue(allocator.getAllocatedMemory() > 0);
    kept.close();
    assertEquals(42, ((IntVector) transferred).get(999));
    transferred.close();
    assertEquals(List.of(), QadsSegments.list(directory));
    assertEquals(0, allocator.getAllocatedMemory());
  }

  @Test
  void vectorsMoveToAnotherAllocatorWithTheirMemory() {
    try (BufferAllocator other = new RootAllocator();
        BufferAllocator child = allocator.newChildAllocator("child", 0, 1 << 20)) {
      List<FieldVector> moved = new ArrayList<>();
      try (QadsWriter writer = writer("t").create();
          QadsReader reader = reader("t").open()) {
        write(writer, 42, 1000);
        write(writer, 43, 1000);
        writer.finish();
        for (BufferAllocator target : List.of(other, child)) {
          assertTrue(reader.loadNextBatch());
          FieldVector vector = reader.getVectorSchemaRoot().getVector(0);
          TransferPair pair = vector.getTransferPair(target);
          pair.splitAndTransfer(500, 100);
          moved.add((FieldVector) pair.getTo());
          assertTrue(target.getAllocatedMemory() > 0);
        }
        assertFalse(reader.loadNextBatch());
      }
      assertEquals(0, allocator.getAllocatedMemory() - child.getAllocatedMemory());
      assertEquals(42, ((IntVector) moved.get(0)).get(99));
      assertEquals(43, ((IntVector) moved.get(1)).get(99));
      moved.forEach(FieldVector::close);
    }
  }

  @Test
  void aForgottenBatchShowsUpInItsAllocator() {
    BufferAllocator leaky = new RootAllocator();
    try (QadsWriter writer = writer("t").create()) {
      write(writer, 1, 100);
      writer.finish();
      QadsBatch kept;
      try (QadsReader reader = QadsReader.builder("t", leaky).directory(directory).open()) {
        assertTrue(reader.loadNextBatch());
        kept = reader.keep();
        assertFalse(reader.loadNextBatch());
      }
      assertThrows(IllegalStateException.class, leaky::close);
      kept.close();
    }
  }

  @Test
  void onlyALoadedBatchCanBeKept() {
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open()) {
      assertThrows(IllegalStateException.class, reader::keep);
      write(writer, 1, 1);
      writer.finish();
      assertTrue(reader.loadNextBatch());
      assertFalse(reader.loadNextBatch());
      assertThrows(IllegalStateException.class, reader::keep);
      assertEquals(-1, reader.sequence());
    }
  }

  @Test
  void copiedBatchesMayBeWrittenToAndCostNoSlot() {
    try (QadsWriter writer = writer("t").slots(1).create();
        QadsReader reader = reader("t").copyBatches(true).open()) {
      write(writer, 1, 1000);
      assertTrue(reader.loadNextBatch());
      write(writer, 2, 10);
      writer.finish();
      IntVector vector = (IntVector) reader.getVectorSchemaRoot().getVector(0);
      vector.setNull(0);
      vector.set(999, 5);
      vector.setSafe(5000, 6);
      assertEquals(5, vector.get(999));
      try (QadsBatch kept = reader.keep()) {
        assertTrue(reader.loadNextBatch());
        assertEquals(5, ((IntVector) kept.root().getVector(0)).get(999));
        assertEquals(2, number(reader.getVectorSchemaRoot()));
      }
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void aHeldBatchWithoutDataShowsUpInItsAllocator() {
    BufferAllocator leaky = new RootAllocator();
    try (QadsWriter writer = writer("t").create()) {
      write(writer, 1, 0);
      writer.finish();
      QadsBatch kept;
      try (QadsReader reader = QadsReader.builder("t", leaky).directory(directory).open()) {
        assertTrue(reader.loadNextBatch());
        kept = reader.keep();
        assertFalse(reader.loadNextBatch());
        assertEquals(1, reader.statistics().heldBatches());
        assertTrue(leaky.getAllocatedMemory() > 0);
      }
      assertThrows(IllegalStateException.class, leaky::close);
      kept.close();
      assertEquals(0, leaky.getAllocatedMemory());
    }
  }

  @Test
  void whatWasReleasedCanBeNeitherReleasedNorSharedAgain() {
    try (QadsWriter writer = writer("t").create();
        BufferAllocator other = new RootAllocator();
        QadsReader reader = reader("t").open()) {
      write(writer, 1, 100);
      write(writer, 2, 100);
      writer.finish();
      assertTrue(reader.loadNextBatch());
      ArrowBuf buffer = reader.getVectorSchemaRoot().getVector(0).getDataBuffer();
      ReferenceManager manager = buffer.getReferenceManager();
      assertTrue(reader.loadNextBatch());
      assertEquals(0, manager.getRefCount());
      assertThrows(IllegalStateException.class, manager::release);
      assertThrows(IllegalStateException.class, manager::retain);
      assertThrows(IllegalStateException.class, () -> manager.retain(buffer, allocator));
      assertThrows(IllegalStateException.class, () -> manager.retain(buffer, other));
      assertThrows(IllegalStateException.class, () -> manager.transferOwnership(buffer, other));
      assertEquals(0, manager.getRefCount());
      assertEquals(0, other.getAllocatedMemory());
      assertEquals(1, reader.statistics().heldBatches());
      assertEquals(2, number(reader.getVectorSchemaRoot()));
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void aPlaceThatRecursDoesntBringBackWhatWasSharedAndReleased() {
    try (QadsWriter writer = writer("t").slots(2).create();
        QadsReader reader = reader("t").open()) {
      write(writer, 0, 100);
      assertTrue(reader.loadNextBatch());
      ArrowBuf buffer = reader.getVectorSchemaRoot().getVector(0).getDataBuffer();
      ReferenceManager manager = buffer.getReferenceManager();
      manager.retain();
      manager.release();
      boolean recurred = false;
      for (int i = 1; i < 20; i++) {
        write(writer, i, 100);
        assertTrue(reader.loadNextBatch());
        ArrowBuf now = reader.getVectorSchemaRoot().getVector(0).getDataBuffer();
        recurred |= now.memoryAddress() == buffer.memoryAddress();
        assertThrows(IllegalStateException.class, manager::release);
        assertEquals(i, number(reader.getVectorSchemaRoot()));
        assertEquals(1, reader.statistics().heldBatches());
      }
      assertTrue(recurred);
      writer.finish();
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void batchesOfOtherSizesAtTheSamePlaceHaveTheirOwnSizes() {
    try (QadsWriter writer = writer("t").slots(2).create();
        QadsReader reader = reader("t").open()) {
      for (int i = 0; i < 100; i++) {
        int rows = i % 3 == 0 ? 16 : i % 16;
        write(writer, i, rows);
        assertTrue(reader.loadNextBatch());
        VectorSchemaRoot root = reader.getVectorSchemaRoot();
        assertEquals(rows, root.getRowCount());
        ArrowBuf data = root.getVector(0).getDataBuffer();
        assertEquals(rows * 4L, data.capacity());
        assertEquals(rows == 0 ? -1 : i, rows == 0 ? -1 : number(root));
        data.writerIndex(0).readerIndex(0); // whoever moves them, moves them for this batch
        if (rows > 1) {
          data.capacity(4);
        }
      }
      writer.finish();
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void aBufferReleasedTooOftenIsAnErrorAndEndsTheLeaseAllTheSame() {
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open()) {
      write(writer, 1, 100);
      write(writer, 2, 100);
      writer.finish();
      assertTrue(reader.loadNextBatch());
      reader.getVectorSchemaRoot().getVector(0).getDataBuffer().getReferenceManager().release();
      assertThrows(IllegalStateException.class, reader::loadNextBatch);
      assertEquals(0, reader.statistics().heldBatches());
      assertEquals(0, allocator.getAllocatedMemory());
      assertTrue(reader.loadNextBatch());
      assertEquals(2, number(reader.getVectorSchemaRoot()));
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void aBatchMovedToAnotherAllocatorCanBeUnloadedThere() {
    try (BufferAllocator other = new RootAllocator();
        QadsWriter writer = writer("t").create()) {
      write(writer, 42, 1000);
      writer.finish();
      VectorSchemaRoot moved;
      try (QadsReader reader = reader("t").open()) {
        assertTrue(reader.loadNextBatch());
        TransferPair pair = reader.getVectorSchemaRoot().getVector(0).getTransferPair(other);
        pair.transfer();
        moved = new VectorSchemaRoot(List.of((FieldVector) pair.getTo()));
        assertFalse(reader.loadNextBatch());
      }
      assertEquals(0, allocator.getAllocatedMemory());
      long before = other.getAllocatedMemory();
      try (VectorSchemaRoot again = VectorSchemaRoot.create(moved.getSchema(), other)) {
        try (ArrowRecordBatch batch = new VectorUnloader(moved).getRecordBatch()) {
          new VectorLoader(again).load(batch);
        }
        moved.close();
        assertEquals(42, number(again));
        assertEquals(before, other.getAllocatedMemory());
      }
      assertEquals(0, other.getAllocatedMemory());
    }
  }

  @Test
  void copyingWithTooLittleMemoryFailsAndLeavesNothing() {
    try (QadsWriter writer = writer("t").create();
        BufferAllocator small = allocator.newChildAllocator("small", 0, 2048);
        QadsReader reader =
            QadsReader.builder("t", small).directory(directory).copyBatches(true).open()) {
      write(writer, 1, 10_000);
      write(writer, 2, 10);
      writer.finish();
      assertThrows(OutOfMemoryException.class, reader::loadNextBatch);
      assertEquals(0, small.getAllocatedMemory());
      assertTrue(reader.loadNextBatch());
      assertEquals(2, number(reader.getVectorSchemaRoot()));
      assertFalse(reader.loadNextBatch());
    }
  }
}
