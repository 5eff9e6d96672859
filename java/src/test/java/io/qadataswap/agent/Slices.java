package io.qadataswap.agent;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.DenseUnionVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.UnionMode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.util.TransferPair;

/**
 * Slices of batches. VectorSchemaRoot.slice won't do: it derives the schema from the vectors, which
 * loses metadata, and Arrow's dense unions can be sliced only if their type codes count from 0.
 */
final class Slices {
  private Slices() {}

  static VectorSchemaRoot of(VectorSchemaRoot root, int offset, int length) {
    List<FieldVector> vectors = new ArrayList<>();
    for (int i = 0; i < root.getFieldVectors().size(); i++) {
      Field field = root.getSchema().getFields().get(i);
      FieldVector from = root.getVector(i);
      if (hasDenseUnion(field)) {
        FieldVector to = field.createVector(from.getAllocator());
        slice(from, to, field, offset, length);
        vectors.add(to);
      } else {
        TransferPair pair = from.getTransferPair(from.getAllocator());
        pair.splitAndTransfer(offset, length);
        vectors.add((FieldVector) pair.getTo());
      }
    }
    return new VectorSchemaRoot(root.getSchema(), vectors, length);
  }

  private static boolean hasDenseUnion(Field field) {
    return (field.getType() instanceof ArrowType.Union union && union.getMode() == UnionMode.Dense)
        || field.getChildren().stream().anyMatch(Slices::hasDenseUnion);
  }

  private static void slice(FieldVector from, FieldVector to, Field field, int offset, int length) {
    ArrowFieldNode node = new ArrowFieldNode(length, 0);
    if (!hasDenseUnion(field)) {
      from.makeTransferPair(to).splitAndTransfer(offset, length);
    } else if (from instanceof DenseUnionVector union) {
      ArrowBuf codes = union.getTypeBuffer().slice(offset, length);
      ArrowBuf offsets = union.getOffsetBuffer().slice(4L * offset, 4L * length);
      to.loadFieldBuffers(node, List.of(codes, offsets));
      for (int i = 0; i < field.getChildren().size(); i++) {
        child(from, to, field, i, 0, from.getChildrenFromFields().get(i).getValueCount());
      }
    } else if (from instanceof StructVector) {
      try (ArrowBuf validity = bits(from, offset, length)) {
        to.loadFieldBuffers(node, List.of(validity));
      }
      for (int i = 0; i < field.getChildren().size(); i++) {
        child(from, to, field, i, offset, length);
      }
    } else if (from instanceof FixedSizeListVector list) {
      try (ArrowBuf validity = bits(from, offset, length)) {
        to.loadFieldBuffers(node, List.of(validity));
      }
      child(from, to, field, 0, offset * list.getListSize(), length * list.getListSize());
    } else if (from instanceof ListVector list) {
      try (ArrowBuf validity = bits(from, offset, length)) {
        ArrowBuf offsets = list.getOffsetBuffer().slice(4L * offset, 4L * (length + 1));
        to.loadFieldBuffers(node, List.of(validity, offsets));
      }
      child(from, to, field, 0, 0, list.getDataVector().getValueCount());
    } else {
      throw new UnsupportedOperationException("slices of dense unions in " + field.getType());
    }
  }

  private static void child(
      FieldVector from, FieldVector to, Field field, int index, int offset, int length) {
    FieldVector source = from.getChildrenFromFields().get(index);
    FieldVector target = to.getChildrenFromFields().get(index);
    slice(source, target, field.getChildren().get(index), offset, length);
  }

  private static ArrowBuf bits(FieldVector from, int offset, int length) {
    ArrowBuf bits = from.getAllocator().buffer((length + 7) / 8);
    bits.setZero(0, bits.capacity());
    for (int i = 0; i < length; i++) {
      if (!from.isNull(offset + i)) {
        BitVectorHelper.setBit(bits, i);
      }
    }
    return bits;
  }
}
