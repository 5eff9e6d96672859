package io.qadataswap.internal;

import io.qadataswap.QadsOverrunException;
import io.qadataswap.QadsUnsupportedTypeException;
import io.qadataswap.ReaderStatistics;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/** Takes batch after batch of one reader and loads them into one root. Not thread-safe. */
public final class BatchSource {
  private final VectorSchemaRoot root;
  private final BufferAllocator allocator;
  private final VectorTree tree;
  private final BatchLoader loader;
  private final String segment;
  private final BatchTables tables;
  private boolean hasBatch;
  private long lostSeen;

  /** Over a root that has the segment's schema. */
  public BatchSource(
      VectorSchemaRoot root,
      DictionaryProvider dictionaries,
      BufferAllocator allocator,
      boolean copying,
      String segment) {
    this.root = root;
    this.allocator = allocator;
    this.segment = segment;
    try {
      this.tree = new VectorTree(root, dictionaries, segment);
    } catch (IllegalArgumentException e) {
      throw new QadsUnsupportedTypeException(e.getMessage());
    }
    this.loader = new BatchLoader(root, tree, allocator, copying, segment);
    int nodes = tree.nodes().size() + 1;
    this.tables = new BatchTables(nodes, 1 + 3 * nodes);
  }

  /**
   * Lets go of the loaded batch, for a writer that waits for its place, and loads the next. Returns
   * OK, TIMEOUT or END_OF_STREAM.
   */
  public int next(long reader, long timeoutMs) {
    loader.checkChildren();
    hasBatch = false;
    loader.drop();
    try {
      int status = tables.next(reader, timeoutMs);
      if (status == NativeBindings.OK) {
        loader.load(tables);
        hasBatch = true;
      }
      return status;
    } catch (QadsOverrunException e) {
      long lost = statistics(reader).lost();
      QadsOverrunException counted = new QadsOverrunException(e.getMessage(), lost - lostSeen);
      lostSeen = lost;
      throw counted;
    } finally {
      if (!hasBatch) {
        root.clear();
      }
    }
  }

  /** Lets go of the loaded batch. */
  public void drop() {
    hasBatch = false;
    loader.drop();
    root.clear();
  }

  /** Whether a batch is loaded. */
  public boolean hasBatch() {
    return hasBatch;
  }

  /** What is known of it. */
  public BatchTables tables() {
    return tables;
  }

  /** A second set of vectors over the loaded batch. */
  public KeptVectors keep(DictionaryProvider dictionaries) {
    return new KeptVectors(root, dictionaries, tree, allocator, segment);
  }

  /** A reader's figures. */
  public static ReaderStatistics statistics(long reader) {
    long[] n = new long[8];
    NativeBindings.readerGetStats(reader, n);
    return new ReaderStatistics((int) n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7]);
  }
}
