package io.qadataswap.internal;

import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseLargeVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthViewVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.DenseUnionVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.LargeListViewVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.ListViewVector;
import org.apache.arrow.vector.complex.UnionVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/**
 * Describes a root as the flat form of the C interface: addresses and sizes in one array that is
 * used again. Null counts are left to the core. Not thread-safe.
 */
public final class BatchDescriber {
  private static final long UNKNOWN = -1;

  private final String segment;
  private final boolean trusting;
  private VectorTree tree;
  private DictionaryProvider provider;
  private long[] numbers = new long[64];
  private long[] buffers = new long[64];
  private int nodeCount;
  private int bufferCount;

  /** For a segment of this name; trusting: what isn't nullable has no nulls. */
  public BatchDescriber(String segment, boolean trusting) {
    this.segment = segment;
    this.trusting = trusting;
  }

  /** Describes the root as it is now; it must stay so until the write is over. */
  public void describe(VectorSchemaRoot root, DictionaryProvider dictionaries) {
    if (tree == null || provider != dictionaries || !tree.isOf(root)) {
      tree = new VectorTree(root, dictionaries, segment);
      provider = dictionaries;
    }
    nodeCount = 0;
    bufferCount = 0;
    node(root.getRowCount(), 0, 1);
    absent();
    List<VectorTree.Node> nodes = tree.nodes();
    for (int i = 0; i < nodes.size(); i++) {
      describe(nodes.get(i));
    }
    int size = 3 * nodeCount + 2 * bufferCount;
    if (numbers.length < size) {
      numbers = Arrays.copyOf(numbers, 2 * size);
    }
    System.arraycopy(buffers, 0, numbers, 3 * nodeCount, 2 * bufferCount);
  }

  /** Publishes what was described. */
  public void write(long writer, int flags, long timeoutMs) {
    NativeBindings.writerWriteFlat(writer, numbers, nodeCount, bufferCount, flags, timeoutMs);
  }

  private void describe(VectorTree.Node node) {
    FieldVector vector = node.vector();
    int before = bufferCount;
    switch (node.layout()) {
      case NONE -> {}
      case FIXED, BITS -> {
        validity(node);
        buffer(vector.getDataBuffer());
      }
      case VARIABLE -> {
        fillHoles(vector);
        validity(node);
        buffer(vector.getOffsetBuffer());
        buffer(vector.getDataBuffer());
      }
      case VIEW -> {
        validity(node);
        views((BaseVariableWidthViewVector) vector);
      }
      case LIST -> {
        fillHoles(vector);
        validity(node);
        buffer(vector.getOffsetBuffer());
      }
      case LIST_VIEW -> {
        validity(node);
        buffer(vector.getOffsetBuffer());
        buffer(
            vector instanceof ListViewVector views
                ? views.getSizeBuffer()
                : ((LargeListViewVector) vector).getSizeBuffer());
      }
      case VALIDITY -> validity(node);
      case SPARSE_UNION -> buffer(((UnionVector) vector).getTypeBuffer());
      case DENSE_UNION -> {
        buffer(((DenseUnionVector) vector).getTypeBuffer());
        buffer(vector.getOffsetBuffer());
      }
    }
    node(vector.getValueCount(), UNKNOWN, bufferCount - before);
  }

  private void validity(VectorTree.Node node) {
    if (trusting && !node.nullable()) {
      absent();
    } else {
      buffer(node.vector().getValidityBuffer());
    }
  }

  private void views(BaseVariableWidthViewVector vector) {
    buffer(vector.getDataBuffer());
    for (ArrowBuf data : vector.getDataBuffers()) {
      long written = data.writerIndex();
      buffer(data, written > 0 ? written : data.capacity());
    }
  }

  /**
   * Trailing values that were never set have no offsets yet; Arrow's own writers fill them in at
   * the same moment.
   */
  private static void fillHoles(FieldVector vector) {
    int last = vector.getValueCount() - 1;
    int lastSet = last;
    if (vector instanceof BaseVariableWidthVector variable) {
      lastSet = variable.getLastSet();
    } else if (vector instanceof BaseLargeVariableWidthVector large) {
      lastSet = large.getLastSet();
    } else if (vector instanceof ListVector list) {
      lastSet = list.getLastSet();
    } else if (vector instanceof LargeListVector list) {
      lastSet = list.getLastSet();
    }
    if (lastSet < last) {
      vector.setValueCount(last + 1);
    }
  }

  private void node(long length, long nulls, long count) {
    int at = 3 * nodeCount++;
    if (numbers.length < at + 3) {
      numbers = Arrays.copyOf(numbers, 2 * numbers.length);
    }
    numbers[at] = length;
    numbers[at + 1] = nulls;
    numbers[at + 2] = count;
  }

  private void buffer(ArrowBuf buffer) {
    buffer(buffer, buffer.capacity());
  }

  private void buffer(ArrowBuf buffer, long size) {
    if (size == 0) {
      absent();
    } else {
      numbers(buffer.memoryAddress(), size);
    }
  }

  private void absent() {
    numbers(0, 0);
  }

  private void numbers(long address, long size) {
    int at = 2 * bufferCount++;
    if (buffers.length < at + 2) {
      buffers = Arrays.copyOf(buffers, 2 * buffers.length);
    }
    buffers[at] = address;
    buffers[at + 1] = size;
  }
}
