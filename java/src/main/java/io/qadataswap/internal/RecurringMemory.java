package io.qadataswap.internal;

import java.util.Arrays;
import org.apache.arrow.memory.BufferAllocator;

/**
 * The objects that were made over earlier batches, by where those began: a ring puts its batches at
 * the same few places again and again, and a reader that keeps none needs no new object then. Not
 * thread-safe.
 */
final class RecurringMemory {
  /** Some 64 KiB of objects, and places enough for a batch of few columns. */
  private static final int MOST_BUFFERS = 1024;

  private static final int MOST_PLACES = 128;
  private static final int FEWEST_PLACES = 4;

  /** Open addressing, at most half full, of 2^8 entries. */
  private static final int HASH_SHIFT = Long.SIZE - 8;

  private static final int MASK = (1 << (Long.SIZE - HASH_SHIFT)) - 1;
  private static final long HASH_FACTOR = 0x9E3779B97F4A7C15L;

  private final BufferAllocator allocator;
  private final long[] places = new long[MASK + 1];
  private final BatchMemory[] memories = new BatchMemory[MASK + 1];
  private int used;

  RecurringMemory(BufferAllocator allocator) {
    this.allocator = allocator;
  }

  /** What the batch is to be loaded into; it has taken over its lease. */
  BatchMemory begin(BatchTables batch) {
    long place = place(batch);
    int at = find(place);
    if (memories[at] == null && isFull(batch.bufferCount())) {
      Arrays.fill(memories, null); // batches may have come to lie elsewhere
      used = 0;
      at = find(place);
    }
    BatchMemory memory = memories[at];
    if (memory == null || !memory.isReusable()) {
      used += memory == null ? 1 : 0;
      memory = new BatchMemory(allocator, batch.nodeCount(), batch.bufferCount());
      places[at] = place;
      memories[at] = memory;
    }
    memory.begin(batch.lease());
    return memory;
  }

  private boolean isFull(int buffers) {
    return used >= MOST_PLACES || (used >= FEWEST_PLACES && (long) used * buffers > MOST_BUFFERS);
  }

  /** The first address there is; 0, which recurs as well, if there is none. */
  private static long place(BatchTables batch) {
    long address = 0;
    for (int i = 0; i < batch.bufferCount() && address == 0; i++) {
      address = batch.bufferAddress(i);
    }
    return address;
  }

  /** Where the place is, or the empty entry that it would have. */
  private int find(long place) {
    int at = (int) ((place * HASH_FACTOR) >>> HASH_SHIFT);
    while (memories[at] != null && places[at] != place) {
      at = (at + 1) & MASK;
    }
    return at;
  }
}
