package io.qadataswap.internal;

/**
 * Read-only memory of ones for validity buffers that the segment doesn't store because nothing is
 * null. Grows by doubling; what was handed out stays, so all of it together is less than twice the
 * largest.
 */
final class ConstantBytes {
  private static final long FIRST_SIZE = 1 << 16;

  private record Block(long address, long size) {}

  private static volatile Block ones = new Block(0, 0);

  private ConstantBytes() {}

  /** The address of at least `size` bytes of ones. */
  static long ones(long size) {
    Block block = ones;
    return block.size >= size ? block.address : grow(size);
  }

  private static synchronized long grow(long size) {
    if (ones.size < size) {
      long larger = Math.max(FIRST_SIZE, Long.highestOneBit(Math.max(1, size - 1)) << 1);
      ones = new Block(NativeBindings.constantBytes(255, larger), larger);
    }
    return ones.address;
  }
}
