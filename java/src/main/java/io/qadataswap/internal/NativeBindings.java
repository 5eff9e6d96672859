package io.qadataswap.internal;

/**
 * All native methods, named like the C functions of {@code qadataswap.h} without their prefix,
 * which documents them. Handles are addresses, texts UTF-8 bytes (null allowed where C allows
 * NULL). A status other than OK is thrown as its exception, except where a method returns it.
 */
public final class NativeBindings {
  /** C interface: QADS_OK. */
  public static final int OK = 0;

  /** C interface: QADS_ERR_TIMEOUT. */
  public static final int TIMEOUT = -1;

  /** C interface: QADS_END_OF_STREAM. */
  public static final int END_OF_STREAM = -2;

  /** C interface: QADS_WRITE_MORE. */
  public static final int WRITE_MORE = 1;

  /** C interface: QADS_BATCH_FIRST. */
  public static final int BATCH_FIRST = 1;

  /** C interface: QADS_BATCH_LAST. */
  public static final int BATCH_LAST = 2;

  /** C interface: QADS_ARENA_POPULATE. */
  public static final int ARENA_POPULATE = 1;

  /** C interface: QADS_ARENA_HUGE_PAGES. */
  public static final int ARENA_HUGE_PAGES = 2;

  /** C interface: QADS_REMOVE_UNREAD. */
  public static final int REMOVE_UNREAD = 1;

  static {
    NativeLibrary.load();
  }

  private NativeBindings() {}

  static native byte[] version();

  static native byte[] statusName(int status);

  /** Read-only bytes of one value (0 or 255) that live as long as the process. */
  static native long constantBytes(int value, long size);

  /**
   * numbers: flags, capacity, schema capacity (0: default), slots, reader capacity, overflow,
   * lifetime, takeover, mode, evict after ms.
   */
  public static native long createArena(byte[] name, byte[] directory, long[] numbers);

  public static native long attachArena(byte[] name, byte[] directory, int flags, long timeoutMs);

  static native void arenaClose(long arena);

  static native void arenaFree(long arena);

  /** result: address, allocation. */
  static native void arenaAllocate(long arena, long size, long timeoutMs, long[] result);

  static native void allocationRelease(long allocation);

  static native long[] arenaGetInfo(long arena);

  static native long[] arenaGetReaders(long arena);

  /** The names, each followed by a zero byte. */
  public static native byte[] list(byte[] directory);

  public static native void remove(byte[] name, byte[] directory, int flags);

  public static native long createWriter(long arena, int wait);

  public static native void writerSetSchema(long writer, byte[] schema);

  /** tables: three numbers a node, then two a buffer. */
  public static native void writerWriteFlat(
      long writer, long[] tables, int nodes, int buffers, int flags, long timeoutMs);

  public static native void writerGiveUpMessage(long writer);

  /** Three numbers a column: copied, referenced, reason. */
  public static native long[] writerGetLastWrite(long writer);

  public static native void writerWaitReaders(long writer, int readers, long timeoutMs);

  public static native void writerWaitDrained(long writer, long timeoutMs);

  public static native void writerFinish(long writer);

  static native void writerClose(long writer);

  static native void writerFree(long writer);

  public static native long attachReader(long arena, int start, int wait, int loss);

  public static native byte[] readerGetSchema(long reader, long timeoutMs);

  /**
   * Returns OK, TIMEOUT or END_OF_STREAM; fills the head of {@link BatchTables} and, if they fit,
   * the tables.
   */
  static native int readerNextFlat(long reader, long timeoutMs, long[] out);

  /** The tables that didn't fit, into a larger array. */
  static native void batchTables(long[] small, long[] out);

  /** Whether there is something to take, an end or an error included; takes nothing. */
  static native boolean readerIsReadable(long reader, int timeoutMs);

  static native void leaseRelease(long lease);

  static native void leaseRetain(long lease);

  public static native void readerGetStats(long reader, long[] out);

  static native void readerClose(long reader);

  static native void readerFree(long reader);
}
