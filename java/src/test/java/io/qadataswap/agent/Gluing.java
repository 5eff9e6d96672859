package io.qadataswap.agent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseLargeVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthViewVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.DenseUnionVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.LargeListViewVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.ListViewVector;
import org.apache.arrow.vector.complex.RunEndEncodedVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.complex.UnionVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * Joins batches of one schema, one behind the other. Arrow's VectorAppender lacks list views, and
 * unions whose type codes don't count from 0.
 */
final class Gluing {
  private static final int VIEW = BaseVariableWidthViewVector.ELEMENT_SIZE;

  /** What a number of a piece becomes. */
  private interface Shift {
    long apply(int piece, int index, long value);
  }

  private final BufferAllocator allocator;

  private Gluing(BufferAllocator allocator) {
    this.allocator = allocator;
  }

  /** Loads all pieces into one root. */
  static void glue(List<VectorSchemaRoot> pieces, VectorSchemaRoot to, BufferAllocator allocator) {
    Gluing gluing = new Gluing(allocator);
    int[] rows = pieces.stream().mapToInt(VectorSchemaRoot::getRowCount).toArray();
    gluing.columns(pieces, rows, to);
    to.setRowCount(sum(rows));
    gluing.columns(pieces, rows, to); // Arrow has counted some children's values anew
  }

  private void columns(List<VectorSchemaRoot> pieces, int[] rows, VectorSchemaRoot to) {
    List<Field> fields = to.getSchema().getFields();
    for (int i = 0; i < fields.size(); i++) {
      int column = i;
      join(all(pieces, piece -> piece.getVector(column)), rows, to.getVector(i), fields.get(i));
    }
  }

  private void join(List<FieldVector> pieces, int[] counts, FieldVector to, Field field) {
    if (to instanceof ExtensionTypeVector<?> extension) {
      join(
          all(
              pieces,
              piece -> (FieldVector) ((ExtensionTypeVector<?>) piece).getUnderlyingVector()),
          counts,
          (FieldVector) extension.getUnderlyingVector(),
          field);
      return;
    }
    int nulls = pieces.stream().mapToInt(FieldVector::getNullCount).sum();
    List<ArrowBuf> buffers = new ArrayList<>();
    try {
      buffers(pieces, counts, to, field, buffers);
      to.loadFieldBuffers(new ArrowFieldNode(sum(counts), nulls), buffers);
    } finally {
      buffers.forEach(ArrowBuf::close);
    }
    for (int i = 0; i < field.getChildren().size(); i++) {
      int at = i;
      List<FieldVector> children = all(pieces, piece -> piece.getChildrenFromFields().get(at));
      FieldVector child = to.getChildrenFromFields().get(i);
      int[] childCounts = childCounts(pieces, counts, to, children);
      if (to instanceof RunEndEncodedVector && i == 0) {
        runEnds(children, counts, childCounts, (BaseFixedWidthVector) child);
      } else {
        join(children, childCounts, child, field.getChildren().get(i));
      }
    }
  }

  private static int[] childCounts(
      List<FieldVector> pieces, int[] counts, FieldVector to, List<FieldVector> children) {
    if (to instanceof StructVector || to instanceof UnionVector) {
      return counts;
    } else if (to instanceof FixedSizeListVector list) {
      return Arrays.stream(counts).map(count -> count * list.getListSize()).toArray();
    } else if (to instanceof ListVector) {
      return ends(pieces, counts, Integer.BYTES);
    } else if (to instanceof LargeListVector) {
      return ends(pieces, counts, Long.BYTES);
    }
    return children.stream().mapToInt(ValueVector::getValueCount).toArray();
  }

  private void buffers(
      List<FieldVector> pieces, int[] counts, FieldVector to, Field field, List<ArrowBuf> out) {
    if (to instanceof UnionVector) {
      out.add(bytes(pieces, counts, piece -> ((UnionVector) piece).getTypeBuffer()));
    } else if (to instanceof DenseUnionVector) {
      out.add(bytes(pieces, counts, piece -> ((DenseUnionVector) piece).getTypeBuffer()));
      out.add(denseOffsets(pieces, counts, field));
    } else if (to instanceof BitVector) {
      out.add(bits(pieces, counts, FieldVector::getValidityBuffer));
      out.add(bits(pieces, counts, FieldVector::getDataBuffer));
    } else if (to instanceof BaseFixedWidthVector fixed) {
      out.add(bits(pieces, counts, FieldVector::getValidityBuffer));
      out.add(bytes(pieces, times(counts, fixed.getTypeWidth()), FieldVector::getDataBuffer));
    } else if (to instanceof BaseVariableWidthVector
        || to instanceof BaseLargeVariableWidthVector) {
      int width = to instanceof BaseVariableWidthVector ? Integer.BYTES : Long.BYTES;
      out.add(bits(pieces, counts, FieldVector::getValidityBuffer));
      out.add(offsets(pieces, counts, width));
      out.add(bytes(pieces, ends(pieces, counts, width), FieldVector::getDataBuffer));
    } else if (to instanceof BaseVariableWidthViewVector) {
      out.add(bits(pieces, counts, FieldVector::getValidityBuffer));
      views(pieces, counts, out);
    } else if (to instanceof ListVector || to instanceof LargeListVector) {
      out.add(bits(pieces, counts, FieldVector::getValidityBuffer));
      out.add(offsets(pieces, counts, to instanceof ListVector ? Integer.BYTES : Long.BYTES));
    } else if (to instanceof ListViewVector) {
      out.add(bits(pieces, counts, FieldVector::getValidityBuffer));
      out.add(viewOffsets(pieces, counts, Integer.BYTES));
      int[] sizes = times(counts, Integer.BYTES);
      out.add(bytes(pieces, sizes, piece -> ((ListViewVector) piece).getSizeBuffer()));
    } else if (to instanceof LargeListViewVector) {
      out.add(bits(pieces, counts, FieldVector::getValidityBuffer));
      out.add(viewOffsets(pieces, counts, Long.BYTES));
      int[] sizes = times(counts, Long.BYTES);
      out.add(bytes(pieces, sizes, piece -> ((LargeListViewVector) piece).getSizeBuffer()));
    } else if (to instanceof StructVector || to instanceof FixedSizeListVector) {
      out.add(bits(pieces, counts, FieldVector::getValidityBuffer));
    }
  }

  private ArrowBuf bits(
      List<FieldVector> pieces, int[] counts, Function<FieldVector, ArrowBuf> which) {
    ArrowBuf bits = buffer((sum(counts) + 7) / 8);
    bits.setZero(0, bits.capacity());
    int at = 0;
    for (int p = 0; p < counts.length; p++) {
      ArrowBuf from = which.apply(pieces.get(p));
      for (int i = 0; i < counts[p]; i++, at++) {
        if (BitVectorHelper.get(from, i) != 0) {
          BitVectorHelper.setBit(bits, at);
        }
      }
    }
    return bits;
  }

  private ArrowBuf bytes(
      List<FieldVector> pieces, int[] sizes, Function<FieldVector, ArrowBuf> which) {
    ArrowBuf bytes = buffer(sum(sizes));
    long at = 0;
    for (int p = 0; p < sizes.length; p++) {
      if (sizes[p] > 0) {
        bytes.setBytes(at, which.apply(pieces.get(p)), 0, sizes[p]);
        at += sizes[p];
      }
    }
    return bytes;
  }

  /** Numbers of each piece, from the given index on, behind so many bytes of zeros. */
  private ArrowBuf numbers(List<ArrowBuf> from, int[] counts, int width, int first, Shift shift) {
    ArrowBuf numbers = buffer((sum(counts) + first) * width);
    numbers.setZero(0, (long) first * width);
    int at = first;
    for (int p = 0; p < counts.length; p++) {
      for (int i = 0; i < counts[p]; i++, at++) {
        put(numbers, at, width, shift.apply(p, i, get(from.get(p), i + first, width)));
      }
    }
    return numbers;
  }

  private ArrowBuf offsets(List<FieldVector> pieces, int[] counts, int width) {
    int[] bases = bases(ends(pieces, counts, width));
    List<ArrowBuf> from = all(pieces, FieldVector::getOffsetBuffer);
    return numbers(from, counts, width, 1, (piece, index, value) -> value + bases[piece]);
  }

  private ArrowBuf viewOffsets(List<FieldVector> pieces, int[] counts, int width) {
    int[] bases =
        bases(
            pieces.stream()
                .mapToInt(piece -> piece.getChildrenFromFields().get(0).getValueCount())
                .toArray());
    List<ArrowBuf> from = all(pieces, FieldVector::getOffsetBuffer);
    return numbers(from, counts, width, 0, (piece, index, value) -> value + bases[piece]);
  }

  private ArrowBuf denseOffsets(List<FieldVector> pieces, int[] counts, Field field) {
    int[] codes = ((ArrowType.Union) field.getType()).getTypeIds();
    int[][] bases = new int[Byte.MAX_VALUE + 1][];
    for (int c = 0; c < codes.length; c++) {
      int child = c;
      bases[codes[c]] =
          bases(
              pieces.stream()
                  .mapToInt(piece -> piece.getChildrenFromFields().get(child).getValueCount())
                  .toArray());
    }
    List<ArrowBuf> from = all(pieces, FieldVector::getOffsetBuffer);
    List<ArrowBuf> types = all(pieces, piece -> ((DenseUnionVector) piece).getTypeBuffer());
    return numbers(
        from,
        counts,
        Integer.BYTES,
        0,
        (piece, index, value) -> value + bases[types.get(piece).getByte(index)][piece]);
  }

  private void views(List<FieldVector> pieces, int[] counts, List<ArrowBuf> out) {
    ArrowBuf views = bytes(pieces, times(counts, VIEW), FieldVector::getDataBuffer);
    out.add(views);
    int at = 0;
    int before = 0;
    for (int p = 0; p < counts.length; p++) {
      for (int i = 0; i < counts[p]; i++, at++) {
        if (views.getInt((long) at * VIEW) > BaseVariableWidthViewVector.INLINE_SIZE) {
          long index = (long) at * VIEW + 8;
          views.setInt(index, views.getInt(index) + before);
        }
      }
      List<ArrowBuf> data = ((BaseVariableWidthViewVector) pieces.get(p)).getDataBuffers();
      for (ArrowBuf from : data) {
        from.getReferenceManager().retain();
        out.add(from);
      }
      before += data.size();
    }
  }

  private void runEnds(
      List<FieldVector> pieces, int[] rows, int[] runs, BaseFixedWidthVector target) {
    int[] bases = bases(rows);
    List<ArrowBuf> from = all(pieces, FieldVector::getDataBuffer);
    try (ArrowBuf valid = bits(pieces, runs, FieldVector::getValidityBuffer);
        ArrowBuf ends =
            numbers(
                from,
                runs,
                target.getTypeWidth(),
                0,
                (piece, index, value) -> value + bases[piece])) {
      target.loadFieldBuffers(new ArrowFieldNode(sum(runs), 0), List.of(valid, ends));
    }
  }

  /** Where the offsets of each piece end; they begin at 0. */
  private static int[] ends(List<FieldVector> pieces, int[] counts, int width) {
    return IntStream.range(0, counts.length)
        .map(p -> counts[p] == 0 ? 0 : (int) get(pieces.get(p).getOffsetBuffer(), counts[p], width))
        .toArray();
  }

  private static long get(ArrowBuf from, long index, int width) {
    return switch (width) {
      case Short.BYTES -> from.getShort(index * width);
      case Integer.BYTES -> from.getInt(index * width);
      default -> from.getLong(index * width);
    };
  }

  private static void put(ArrowBuf to, long index, int width, long value) {
    switch (width) {
      case Short.BYTES -> to.setShort(index * width, (int) value);
      case Integer.BYTES -> to.setInt(index * width, (int) value);
      default -> to.setLong(index * width, value);
    }
  }

  private ArrowBuf buffer(int size) {
    ArrowBuf buffer = allocator.buffer(size);
    buffer.writerIndex(size);
    return buffer;
  }

  private static <F, T> List<T> all(List<F> pieces, Function<F, T> question) {
    return pieces.stream().map(question).toList();
  }

  private static int[] times(int[] counts, int factor) {
    return Arrays.stream(counts).map(count -> count * factor).toArray();
  }

  private static int[] bases(int[] counts) {
    int[] bases = new int[counts.length];
    for (int i = 1; i < bases.length; i++) {
      bases[i] = bases[i - 1] + counts[i - 1];
    }
    return bases;
  }

  private static int sum(int[] counts) {
    return Arrays.stream(counts).sum();
  }
}
