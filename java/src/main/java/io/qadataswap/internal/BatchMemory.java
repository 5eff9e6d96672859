package io.qadataswap.internal;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OwnershipTransferResult;
import org.apache.arrow.memory.ReferenceManager;

/**
 * Counts the references to one batch in the segment and ends its lease with the last one. While the
 * batch is being loaded, by one thread, its buffers are handed over without counting each; {@link
 * #loaded} then charges them all at once. The allocator is charged as well, so that it shows what
 * is held and finds leaks.
 *
 * <p>The only class of its kind, and final: with several, every bounds check of a vector would
 * become a virtual call.
 */
final class BatchMemory implements ReferenceManager {
  private static final AtomicIntegerFieldUpdater<BatchMemory> COUNT =
      AtomicIntegerFieldUpdater.newUpdater(BatchMemory.class, "count");

  private final BufferAllocator allocator;
  private final long lease;
  private long bytes;
  private boolean loading;
  private volatile int count;

  /** Takes over a lease, to be loaded. */
  BatchMemory(BufferAllocator allocator, long lease) {
    this.allocator = allocator;
    this.lease = lease;
    this.loading = true;
    COUNT.lazySet(this, 1);
  }

  /** One buffer of it in another allocator. */
  private BatchMemory(BufferAllocator allocator, long lease, long bytes) {
    this.allocator = allocator;
    this.lease = lease;
    this.bytes = Math.max(1, bytes);
    COUNT.lazySet(this, 1);
    NativeBindings.leaseRetain(lease);
    allocator.forceAllocate(this.bytes);
  }

  /** A buffer over memory of the batch, filled to its end, for the vector that is loaded next. */
  ArrowBuf buffer(long address, long size) {
    bytes += size;
    return constant(address, size);
  }

  /** The same over memory that isn't the segment's and lives for ever. */
  ArrowBuf constant(long address, long size) {
    ArrowBuf buffer = new ArrowBuf(this, null, size, address);
    buffer.writerIndex(size);
    return buffer;
  }

  /**
   * Ends the loading: from here on several threads may come. A batch without a byte of data is
   * charged one: it holds a slot, so whoever forgets it must see that.
   */
  void loaded() {
    bytes = Math.max(1, bytes);
    allocator.forceAllocate(bytes);
    loading = false;
    release();
  }

  @Override
  public int getRefCount() {
    return count;
  }

  @Override
  public boolean release() {
    return release(1);
  }

  @Override
  public boolean release(int decrement) {
    if (loading) {
      COUNT.lazySet(this, count - decrement);
      return false;
    }
    int left = COUNT.addAndGet(this, -decrement);
    if (left < 0) {
      COUNT.addAndGet(this, decrement);
      throw new IllegalStateException("a buffer of this batch was released too often");
    }
    if (left == 0) {
      allocator.releaseBytes(bytes);
      NativeBindings.leaseRelease(lease);
    }
    return left == 0;
  }

  @Override
  public void retain() {
    retain(1);
  }

  @Override
  public void retain(int increment) {
    if (loading) {
      COUNT.lazySet(this, count + increment);
    } else if (COUNT.getAndAdd(this, increment) <= 0) {
      COUNT.addAndGet(this, -increment);
      throw new IllegalStateException("this batch was released already");
    }
  }

  @Override
  public ArrowBuf retain(ArrowBuf source, BufferAllocator target) {
    if (loading && target == allocator) {
      COUNT.lazySet(this, count + 1);
      return source;
    }
    ReferenceManager manager = this;
    if (target == allocator) {
      retain(1);
    } else {
      retain(1); // fails if the lease is over, which is nobody's to share any more
      try {
        manager = new BatchMemory(target, lease, source.capacity());
      } finally {
        release(1);
      }
    }
    ArrowBuf buffer = new ArrowBuf(manager, null, source.capacity(), source.memoryAddress());
    buffer.readerIndex(source.readerIndex());
    buffer.writerIndex(source.writerIndex());
    return buffer;
  }

  @Override
  public ArrowBuf deriveBuffer(ArrowBuf source, long index, long length) {
    return new ArrowBuf(this, null, length, source.memoryAddress() + index);
  }

  @Override
  public OwnershipTransferResult transferOwnership(ArrowBuf source, BufferAllocator target) {
    ArrowBuf transferred = retain(source, target);
    return new OwnershipTransferResult() {
      @Override
      public boolean getAllocationFit() {
        return true;
      }

      @Override
      public ArrowBuf getTransferredBuffer() {
        return transferred;
      }
    };
  }

  @Override
  public BufferAllocator getAllocator() {
    return allocator;
  }

  @Override
  public long getSize() {
    return bytes;
  }

  @Override
  public long getAccountedSize() {
    return bytes;
  }
}
