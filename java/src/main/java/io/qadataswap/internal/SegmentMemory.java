package io.qadataswap.internal;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ReferenceManager;
import org.apache.arrow.memory.RootAllocator;

/**
 * Allocates Arrow buffers in a segment. The memory outlives the segment's handle, until each buffer
 * is released.
 */
public final class SegmentMemory implements AllocationManager.Factory {
  private static final long ALIGNMENT = 64;
  private static final ArrowBuf EMPTY = new ArrowBuf(ReferenceManager.NO_OP, null, 0, 0);

  private static final long PATIENCE_NANOS = Duration.ofSeconds(2).toNanos();

  private final NativeHandle segment;
  private final long timeoutMs;
  private final BufferAllocator allocator;

  /** Bytes of the allocations that exist. */
  private final AtomicLong allocated = new AtomicLong();

  /** An allocator whose buffers lie in the segment; sizes are rounded up to 64 bytes only. */
  public SegmentMemory(NativeHandle segment, long timeoutMs) {
    this.segment = segment;
    this.timeoutMs = timeoutMs;
    try {
      allocator =
          new RootAllocator(
              RootAllocator.configBuilder()
                  .allocationManagerFactory(this)
                  .roundingPolicy(size -> (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)
                  .build());
    } catch (LinkageError e) {
      throw new IllegalStateException(
          "Arrow's memory doesn't start: on newer Javas arrow-memory-netty needs the flag -Dio.netty.noUnsafe=false"
              + " (arrow-memory-unsafe needs none)",
          e);
    }
  }

  /** The allocator. */
  public BufferAllocator allocator() {
    return allocator;
  }

  /**
   * Closes the allocator, after the segment: a call that waited for room has been woken, but Arrow
   * counts what it asked for until it has left.
   */
  public void close() {
    long began = System.nanoTime();
    while (allocator.getAllocatedMemory() > allocated.get()
        && System.nanoTime() - began < PATIENCE_NANOS) {
      LockSupport.parkNanos(100_000);
    }
    allocator.close();
  }

  @Override
  public AllocationManager create(BufferAllocator accounting, long size) {
    long[] place = new long[2];
    long handle = segment.enter();
    try {
      NativeBindings.arenaAllocate(handle, size, timeoutMs, place);
    } finally {
      segment.leave();
    }
    allocated.addAndGet(size);
    return new Allocation(accounting, size, place[0], place[1]);
  }

  @Override
  public ArrowBuf empty() {
    return EMPTY;
  }

  private final class Allocation extends AllocationManager {
    private final long size;
    private final long address;
    private final long handle;

    Allocation(BufferAllocator accounting, long size, long address, long handle) {
      super(accounting);
      this.size = size;
      this.address = address;
      this.handle = handle;
    }

    @Override
    public long getSize() {
      return size;
    }

    @Override
    protected long memoryAddress() {
      return address;
    }

    @Override
    protected void release0() {
      allocated.addAndGet(-size);
      NativeBindings.allocationRelease(handle);
    }
  }
}
