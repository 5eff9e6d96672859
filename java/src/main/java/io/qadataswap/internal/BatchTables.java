package io.qadataswap.internal;

/**
 * A batch as the reader's native call describes it: a head, then three numbers a node, then two a
 * buffer, in one array that is used again for every batch. jni_reader.cpp has the same list.
 */
public final class BatchTables {
  private static final int LEASE = 0;
  private static final int SEQUENCE = 1;
  private static final int FLAGS = 2;
  private static final int LOST_BEFORE = 3;
  private static final int LENGTH = 4;
  private static final int NODE_COUNT = 5;
  private static final int BUFFER_COUNT = 6;
  private static final int HEAD = 9;

  private long[] numbers;

  /** Tables with room for so many; more is found out when it is needed. */
  public BatchTables(int nodes, int buffers) {
    numbers = new long[HEAD + 3 * nodes + 2 * buffers];
  }

  /** Takes the next batch of a reader. Returns OK, TIMEOUT or END_OF_STREAM. */
  public int next(long reader, long timeoutMs) {
    int status = NativeBindings.readerNextFlat(reader, timeoutMs, numbers);
    if (status == NativeBindings.OK && buffers() + 2 * bufferCount() > numbers.length) {
      long[] larger = new long[buffers() + 2 * bufferCount()];
      NativeBindings.batchTables(numbers, larger);
      numbers = larger;
    }
    return status;
  }

  long lease() {
    return numbers[LEASE];
  }

  /** The batch's number since the segment began. */
  public long sequence() {
    return numbers[SEQUENCE];
  }

  /** Whether it begins its message. */
  public boolean isFirst() {
    return (numbers[FLAGS] & NativeBindings.BATCH_FIRST) != 0;
  }

  /** Whether it ends its message. */
  public boolean isLast() {
    return (numbers[FLAGS] & NativeBindings.BATCH_LAST) != 0;
  }

  /** Batches lost just before it. */
  public long lostBefore() {
    return numbers[LOST_BEFORE];
  }

  /** Rows. */
  public long rows() {
    return numbers[LENGTH];
  }

  int nodeCount() {
    return (int) numbers[NODE_COUNT];
  }

  int bufferCount() {
    return (int) numbers[BUFFER_COUNT];
  }

  private int buffers() {
    return HEAD + 3 * nodeCount();
  }

  long nodeLength(int node) {
    return numbers[HEAD + 3 * node];
  }

  long nodeNullCount(int node) {
    return numbers[HEAD + 3 * node + 1];
  }

  int nodeBufferCount(int node) {
    return (int) numbers[HEAD + 3 * node + 2];
  }

  long bufferAddress(int buffer) {
    return numbers[buffers() + 2 * buffer];
  }

  long bufferLength(int buffer) {
    return numbers[buffers() + 2 * buffer + 1];
  }
}
