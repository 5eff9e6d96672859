package io.qadataswap.internal;

import io.qadataswap.QadsCorruptException;
import io.qadataswap.QadsUnsupportedTypeException;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.AbstractContainerVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;

/**
 * Loads batches into the vectors of one root and its dictionaries, over the segment's memory or as
 * copies. Not thread-safe.
 */
final class BatchLoader {
  /** A list over a reused array: what loadFieldBuffers takes. */
  private static final class Buffers extends AbstractList<ArrowBuf> {
    private ArrowBuf[] items = new ArrowBuf[4];
    private int size;

    @Override
    public ArrowBuf get(int index) {
      return items[index];
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public boolean add(ArrowBuf buffer) {
      if (size == items.length) {
        items = Arrays.copyOf(items, 2 * size);
      }
      items[size++] = buffer;
      return true;
    }

    @Override
    public void clear() {
      size = 0;
    }
  }

  private static final ArrowFieldNode NOTHING = new ArrowFieldNode(0, 0);

  private final VectorSchemaRoot root;
  private final VectorTree tree;
  private final VectorTree.Node[] nodes;
  private final BufferAllocator allocator;
  private final boolean copying;
  private final String segment;
  private final FieldVector[] parents;
  private final int[] childCounts;
  private final Buffers own = new Buffers();
  private final RecurringMemory recurring;

  /** Of the batch being loaded. */
  private BatchTables tables;

  private BatchMemory memory;
  private int nextBuffer;

  /** What the vectors lie in. */
  private BatchMemory loaded;

  BatchLoader(
      VectorSchemaRoot root,
      VectorTree tree,
      BufferAllocator allocator,
      boolean copying,
      String segment) {
    this.root = root;
    this.tree = tree;
    this.nodes = tree.nodes().toArray(VectorTree.Node[]::new);
    this.allocator = allocator;
    this.copying = copying;
    this.segment = segment;
    this.recurring = new RecurringMemory(allocator);
    this.parents =
        tree.nodes().stream()
            .map(VectorTree.Node::vector)
            .filter(vector -> vector instanceof AbstractContainerVector)
            .toArray(FieldVector[]::new);
    this.childCounts =
        Arrays.stream(parents)
            .mapToInt(parent -> ((AbstractContainerVector) parent).size())
            .toArray();
  }

  /** Closing a struct or union drops its children for good: nothing can be loaded into it then. */
  void checkChildren() {
    for (int i = 0; i < parents.length; i++) {
      if (((AbstractContainerVector) parents[i]).size() != childCounts[i]) {
        throw new IllegalStateException(
            "segment '"
                + segment
                + "': column '"
                + parents[i].getName()
                + "' of the reader's root was closed; only the reader may close it");
      }
    }
  }

  /**
   * Drops what is loaded. The root's row count stays what it was: setting it makes an object, and
   * the next batch may well have as many.
   */
  void drop() {
    if (loaded == null) {
      clear();
      return;
    }
    loaded.drop();
    try {
      clear();
    } finally {
      loaded.dropped();
      loaded = null;
    }
  }

  private void clear() {
    for (VectorTree.Node node : nodes) {
      switch (node.layout()) {
        case VALIDITY, SPARSE_UNION -> clearParent(node.vector(), 1);
        case LIST, DENSE_UNION -> clearParent(node.vector(), 2);
        case LIST_VIEW -> clearParent(node.vector(), 3);
        default -> node.vector().clear();
      }
    }
  }

  /** Without its children, which Arrow's own way would make a list of. */
  private void clearParent(FieldVector vector, int buffers) {
    own.clear();
    for (int i = 0; i < buffers; i++) {
      own.add(allocator.getEmpty());
    }
    vector.loadFieldBuffers(NOTHING, own);
    own.clear();
  }

  /** The vectors know their counts by now; telling them again makes objects, and disturbs some. */
  private void setRowCount(int rows) {
    if (root.getRowCount() != rows) {
      root.setRowCount(rows);
      if (tree.isUnsteady()) {
        loadNodes();
      }
    }
  }

  /** Loads a batch, whose lease ends when its last buffer is released, or here if that fails. */
  void load(BatchTables batch) {
    tables = batch;
    memory = recurring.begin(batch);
    boolean done = false;
    try {
      checkCount("nodes", nodes.length + 1, batch.nodeCount());
      loadNodes();
      setRowCount(length(0));
      done = true;
    } finally {
      if (!done) {
        releaseCopies();
        clear();
      }
      memory.loaded();
      loaded = memory;
      memory = null;
      tables = null;
    }
  }

  private void loadNodes() {
    nextBuffer = 1; // the root's validity
    for (int i = 0; i < nodes.length; i++) {
      loadNode(i + 1, nodes[i]);
    }
    checkCount("buffers", nextBuffer, tables.bufferCount());
  }

  private void loadNode(int index, VectorTree.Node node) {
    int count = length(index);
    int width = node.width();
    own.clear();
    switch (node.layout()) {
      case NONE -> {}
      case FIXED -> {
        validity(count);
        buffer((long) count * width);
      }
      case BITS -> {
        validity(count);
        buffer(bitmapBytes(count));
      }
      case VARIABLE -> {
        validity(count);
        buffer((count + 1L) * width);
        buffer(-1);
      }
      case VIEW -> {
        validity(count);
        buffer((long) count * width);
        for (int i = tables.nodeBufferCount(index) - 2; i > 0; i--) {
          buffer(-1);
        }
      }
      case LIST -> {
        validity(count);
        buffer((count + 1L) * width);
      }
      case LIST_VIEW -> {
        validity(count);
        buffer((long) count * width);
        buffer((long) count * width);
      }
      case VALIDITY -> validity(count);
      case SPARSE_UNION -> buffer(count);
      case DENSE_UNION -> {
        buffer(count);
        buffer((long) count * width);
      }
    }
    node.vector()
        .loadFieldBuffers(memory.node(index, count, Math.max(0, tables.nodeNullCount(index))), own);
    releaseCopies();
  }

  /** The vectors have their own references to them by now. */
  private void releaseCopies() {
    if (copying) {
      for (ArrowBuf buffer : own) {
        buffer.getReferenceManager().release();
      }
    }
    own.clear();
  }

  private void validity(int count) {
    int buffer = nextBuffer++;
    if (count == 0) {
      own.add(allocator.getEmpty());
      return;
    }
    long address = tables.bufferAddress(buffer);
    long size = bitmapBytes(count);
    if (address != 0) {
      check(buffer, size);
      own.add(take(buffer, address, size));
    } else if (copying) {
      own.add(allocator.getEmpty()); // loadFieldBuffers then makes its own
    } else {
      own.add(memory.constant(buffer, ConstantBytes.ones(size), size));
    }
  }

  /** The next buffer with exactly `size` bytes, or with all of them for -1. */
  private void buffer(long size) {
    int buffer = nextBuffer++;
    if (size >= 0) {
      check(buffer, size);
    }
    long given = tables.bufferLength(buffer);
    own.add(take(buffer, tables.bufferAddress(buffer), size >= 0 ? size : given));
  }

  private ArrowBuf take(int index, long address, long size) {
    if (!copying) {
      return memory.buffer(index, address, size);
    }
    ArrowBuf copy = allocator.buffer(size);
    if (size > 0) {
      copy.setBytes(0, memory.constant(index, address, size), 0, size);
      copy.writerIndex(size);
    }
    return copy;
  }

  private static long bitmapBytes(int count) {
    return (count + 7L) >>> 3;
  }

  private int length(int node) {
    long length = tables.nodeLength(node);
    if (length > Integer.MAX_VALUE - 1) {
      throw new QadsUnsupportedTypeException(
          "segment '"
              + segment
              + "': "
              + length
              + " values in one batch, Java's vectors hold 2^31-2");
    }
    return (int) length;
  }

  private void check(int buffer, long size) {
    if (tables.bufferLength(buffer) < size) {
      throw new QadsCorruptException(
          "segment '"
              + segment
              + "', batch "
              + tables.sequence()
              + ": buffer "
              + buffer
              + " has "
              + tables.bufferLength(buffer)
              + " bytes, needs "
              + size);
    }
  }

  private void checkCount(String what, int expected, int found) {
    if (expected != found) {
      throw new QadsCorruptException(
          "segment '"
              + segment
              + "', batch "
              + tables.sequence()
              + ": "
              + found
              + " "
              + what
              + " instead of "
              + expected);
    }
  }

  /** Loads the same batch into another root of the same schema; both then hold it. */
  static void share(VectorTree from, VectorSchemaRoot root, VectorTree to, int rows) {
    shareNodes(from, to);
    root.setRowCount(rows);
    if (to.isUnsteady()) {
      shareNodes(from, to);
    }
  }

  private static void shareNodes(VectorTree from, VectorTree to) {
    for (int i = 0; i < from.nodes().size(); i++) {
      FieldVector source = from.nodes().get(i).vector();
      List<ArrowBuf> buffers = source.getFieldBuffers();
      to.nodes()
          .get(i)
          .vector()
          .loadFieldBuffers(new ArrowFieldNode(source.getValueCount(), 0), buffers);
    }
  }
}
