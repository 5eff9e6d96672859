package io.qadataswap.internal;

/**
 * Read-only memory of ones and of zeros for validity buffers that the segment doesn't store. Grows
 * by doubling; what was handed out stays, so all of it together is less than twice the largest.
 */
final class ConstantBytes {
  private static final long FIRST_SIZE = 1 << 16;

  private record Block(long address, long size) {}

  private static volatile Block ones = new Block(0, 0);
  private static volatile Block zeros = new Block(0, 0);

  private ConstantBytes() {}

  /** The address of at least `size` bytes of ones. */
  static long ones(long size) {
    Block block = ones;
    return block.size >= size ? block.address : grow(true, size);
  }

  /** The address of at least `size` bytes of zeros. */
  static long zeros(long size) {
    Block block = zeros;
    return block.size >= size ? block.address : grow(false, size);
  }

  private static synchronized long grow(boolean wantOnes, long size) {
    Block block = wantOnes ? ones : zeros;
    if (block.size >= size) {
      return block.address;
    }
    long larger = Math.max(FIRST_SIZE, Long.highestOneBit(Math.max(1, size - 1)) << 1);
    block = new Block(NativeBindings.constantBytes(wantOnes ? 255 : 0, larger), larger);
    if (wantOnes) {
      ones = block;
    } else {
      zeros = block;
    }
    return block.address;
  }
}
