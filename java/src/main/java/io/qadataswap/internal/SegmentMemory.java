package io.qadataswap.internal;

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

  private final NativeHandle segment;
  private final long timeoutMs;

  private SegmentMemory(NativeHandle segment, long timeoutMs) {
    this.segment = segment;
    this.timeoutMs = timeoutMs;
  }

  /** An allocator whose buffers lie in the segment; sizes are rounded up to 64 bytes only. */
  public static BufferAllocator allocator(NativeHandle segment, long timeoutMs) {
    try {
      return new RootAllocator(
          RootAllocator.configBuilder()
              .allocationManagerFactory(new SegmentMemory(segment, timeoutMs))
              .roundingPolicy(size -> (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)
              .build());
    } catch (LinkageError e) {
      throw new IllegalStateException(
          "Arrow's memory doesn't start: on newer Javas arrow-memory-netty needs the flag -Dio.netty.noUnsafe=false"
              + " (arrow-memory-unsafe needs none)",
          e);
    }
  }

  @Override
  public AllocationManager create(BufferAllocator accounting, long size) {
    long[] allocated = new long[2];
    long handle = segment.enter();
    try {
      NativeBindings.arenaAllocate(handle, size, timeoutMs, allocated);
    } finally {
      segment.leave();
    }
    return new Allocation(accounting, size, allocated[0], allocated[1]);
  }

  @Override
  public ArrowBuf empty() {
    return EMPTY;
  }

  private static final class Allocation extends AllocationManager {
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
      NativeBindings.allocationRelease(handle);
    }
  }
}
