package io.qadataswap.internal;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OwnershipTransferResult;
import org.apache.arrow.memory.ReferenceManager;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;

/**
 * Counts the references to one batch in the segment and ends its lease with the last one. While the
 * batch is being loaded or dropped, by one thread, its buffers are handed over without counting
 * each; {@link #loaded} then charges them all at once. The allocator is charged as well, so that it
 * shows what is held and finds leaks.
 *
 * <p>With its buffers it is used again for a later batch at the same place, if nobody but the
 * loading thread's vectors ever counted on it: whoever releases once too often what he retained
 * finds a dead batch, never another one.
 *
 * <p>The only class of its kind, and final: with several, every bounds check of a vector would
 * become a virtual call.
 */
final class BatchMemory implements ReferenceManager {
  private static final AtomicIntegerFieldUpdater<BatchMemory> COUNT =
      AtomicIntegerFieldUpdater.newUpdater(BatchMemory.class, "count");

  private final BufferAllocator allocator;
  private long lease;
  private long bytes;

  /** Only the loading thread counts, and need not do so atomically. */
  private boolean loading;

  private volatile int count;

  /** Somebody else than the loading thread's vectors has counted on it. */
  private volatile boolean shared;

  /** The lease has ended; written last. */
  private volatile boolean over;

  /** By the number of the buffer and of the node in the batch; of the batch before, if it fits. */
  private ArrowBuf[] buffers;

  private ArrowFieldNode[] nodes;

  /** To be loaded after {@link #begin}, with batches of about so many nodes and buffers. */
  BatchMemory(BufferAllocator allocator, int nodes, int buffers) {
    this.allocator = allocator;
    this.nodes = new ArrowFieldNode[nodes];
    this.buffers = new ArrowBuf[buffers];
  }

  /** Takes over a lease, to be loaded by this thread. */
  void begin(long ofBatch) {
    lease = ofBatch;
    bytes = 0;
    over = false;
    loading = true;
    COUNT.lazySet(this, 1);
  }

  /** Whether it may begin again: nothing refers to it, and nobody could believe that it did. */
  boolean isReusable() {
    return over && !shared;
  }

  /** One buffer of it in another allocator. */
  private BatchMemory(BufferAllocator allocator, long lease, long bytes) {
    this(allocator, 0, 0);
    this.lease = lease;
    this.bytes = Math.max(1, bytes);
    this.shared = true;
    COUNT.lazySet(this, 1);
    NativeBindings.leaseRetain(lease);
    allocator.forceAllocate(this.bytes);
  }

  /** A buffer over memory of the batch, filled to its end, for the vector that is loaded next. */
  ArrowBuf buffer(int index, long address, long size) {
    bytes += size;
    return constant(index, address, size);
  }

  /** The same over memory that isn't the segment's and lives for ever. */
  ArrowBuf constant(int index, long address, long size) {
    if (index >= buffers.length) {
      buffers = Arrays.copyOf(buffers, 2 * index + 1);
    }
    ArrowBuf buffer = buffers[index];
    if (buffer == null || buffer.memoryAddress() != address || buffer.capacity() != size) {
      buffer = new ArrowBuf(this, null, size, address);
      buffers[index] = buffer;
    }
    buffer.readerIndex(0);
    buffer.writerIndex(size);
    return buffer;
  }

  /** What a vector is told about its node. */
  ArrowFieldNode node(int index, int length, long nulls) {
    if (index >= nodes.length) {
      nodes = Arrays.copyOf(nodes, 2 * index + 1);
    }
    ArrowFieldNode node = nodes[index];
    if (node == null || node.getLength() != length || node.getNullCount() != nulls) {
      node = new ArrowFieldNode(length, nulls);
      nodes[index] = node;
    }
    return node;
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

  /**
   * The vectors are about to let go of it, in the thread that loaded them: unless somebody else
   * counts on it, there is no need for an atomic operation a buffer. {@link #dropped} comes next.
   */
  void drop() {
    if (!shared && count > 0) {
      loading = true;
      COUNT.lazySet(this, count + 1);
    }
  }

  /** Ends what {@link #drop} began, and the lease if nothing else holds it. */
  void dropped() {
    if (!loading) {
      return;
    }
    loading = false;
    boolean tooOften = count < 1;
    COUNT.lazySet(this, Math.max(1, count));
    release();
    if (tooOften) {
      throw releasedTooOften();
    }
  }

  private static IllegalStateException releasedTooOften() {
    return new IllegalStateException("a buffer of this batch was released too often");
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
      throw releasedTooOften();
    }
    if (left == 0) {
      allocator.releaseBytes(bytes);
      NativeBindings.leaseRelease(lease);
      over = true;
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
      return;
    }
    shared = true; // before it counts: the last release may follow at once
    if (COUNT.getAndAdd(this, increment) <= 0) {
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
