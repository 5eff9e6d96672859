package io.qadataswap.internal;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseLargeVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthViewVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.AbstractStructVector;
import org.apache.arrow.vector.complex.DenseUnionVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.LargeListViewVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.ListViewVector;
import org.apache.arrow.vector.complex.RepeatedValueVector;
import org.apache.arrow.vector.complex.RunEndEncodedVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.complex.UnionVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.Types;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * The vectors of a root in the order of the C interface's flat form: column after column, each
 * followed by its children and its dictionary. The root's own node, which comes first there, isn't
 * in it.
 */
final class VectorTree {
  /** Which buffers a vector has. */
  enum Layout {
    /** None: null, run-end encoded. */
    NONE,
    /** Validity and values of a fixed width in bytes. */
    FIXED,
    /** Validity and single bits. */
    BITS,
    /** Validity, offsets, bytes. */
    VARIABLE,
    /** Validity, views, any number of data buffers. */
    VIEW,
    /** Validity, offsets. */
    LIST,
    /** Validity, offsets, sizes. */
    LIST_VIEW,
    /** Validity: struct, fixed-size list. */
    VALIDITY,
    /** Type codes. */
    SPARSE_UNION,
    /** Type codes, offsets. */
    DENSE_UNION
  }

  /**
   * A vector (an extension's storage), whether its field says that it may have nulls, and the width
   * of its values, offsets or sizes.
   */
  record Node(FieldVector vector, boolean nullable, Layout layout, int width) {}

  /** A vector and its children when the tree was made. */
  private record Family(FieldVector parent, List<FieldVector> children) {
    /** Whether they still are, found out without making objects for what most parents are. */
    boolean isTogether() {
      if (parent instanceof AbstractStructVector struct) {
        for (int i = 0; i < children.size(); i++) {
          if (struct.size() != children.size() || struct.getChildByOrdinal(i) != children.get(i)) {
            return false;
          }
        }
        return true;
      } else if (parent instanceof RepeatedValueVector list) {
        return list.getDataVector() == children.get(0);
      } else if (parent instanceof FixedSizeListVector list) {
        return list.getDataVector() == children.get(0);
      }
      return areSame(parent.getChildrenFromFields(), children);
    }
  }

  /** A dictionary when the tree was made. */
  private record Values(long id, FieldVector vector) {}

  private final List<Node> nodes = new ArrayList<>();
  private final List<Family> families = new ArrayList<>();
  private final List<Values> dictionaries = new ArrayList<>();
  private final FieldVector[] columns;
  private final DictionaryProvider provider;
  private final String segment;
  private boolean unsteady;

  VectorTree(VectorSchemaRoot root, DictionaryProvider provider, String segment) {
    this.provider = provider;
    this.segment = segment;
    List<Field> fields = root.getSchema().getFields();
    columns = new FieldVector[fields.size()];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = root.getVector(i);
      add(columns[i], fields.get(i), fields.get(i).getName());
    }
  }

  List<Node> nodes() {
    return nodes;
  }

  /**
   * Whether setting a row count changes the value counts of some child against its parent's node.
   */
  boolean isUnsteady() {
    return unsteady;
  }

  /** Whether this is still the tree of that root: children and dictionaries may be replaced. */
  boolean isOf(VectorSchemaRoot root) {
    // Not getFieldVectors, which makes an object.
    if (root.getSchema().getFields().size() != columns.length) {
      return false;
    }
    for (int i = 0; i < columns.length; i++) {
      if (root.getVector(i) != columns[i]) {
        return false;
      }
    }
    for (int i = 0; i < families.size(); i++) {
      if (!families.get(i).isTogether()) {
        return false;
      }
    }
    for (int i = 0; i < dictionaries.size(); i++) {
      Dictionary now = provider.lookup(dictionaries.get(i).id());
      if (now == null || now.getVector() != dictionaries.get(i).vector()) {
        return false;
      }
    }
    return true;
  }

  @SuppressWarnings("ReferenceEquality") // the vectors themselves, not what is in them
  private static boolean areSame(List<FieldVector> some, List<FieldVector> others) {
    boolean same = some.size() == others.size();
    for (int i = 0; same && i < some.size(); i++) {
      same = some.get(i) == others.get(i);
    }
    return same;
  }

  private void add(FieldVector column, Field field, String path) {
    FieldVector vector = column;
    while (vector instanceof ExtensionTypeVector<?> extension) {
      vector = (FieldVector) extension.getUnderlyingVector();
    }
    checkClass(vector, field, path);
    nodes.add(node(vector, field.isNullable(), path));
    List<Field> children = field.getChildren();
    if (!children.isEmpty()) {
      List<FieldVector> vectors = vector.getChildrenFromFields();
      families.add(new Family(vector, List.copyOf(vectors)));
      if (vectors.size() != children.size()) {
        throw new IllegalArgumentException(
            SchemaBytes.where(path, segment)
                + " has "
                + vectors.size()
                + " children, its field "
                + children.size());
      }
      for (int i = 0; i < vectors.size(); i++) {
        add(vectors.get(i), children.get(i), path + "." + children.get(i).getName());
      }
    }
    if (field.getDictionary() != null) {
      FieldVector values =
          SchemaBytes.dictionary(provider, field.getDictionary(), path, segment).getVector();
      dictionaries.add(new Values(field.getDictionary().getId(), values));
      add(values, values.getField(), path + ".dictionary");
    }
  }

  /** A root takes any vectors for its schema; the schema is what the segment says of them. */
  private void checkClass(FieldVector vector, Field field, String path) {
    ArrowType said = storage(field.getType());
    boolean fits = vector.getMinorType() == Types.getMinorTypeForArrowType(said);
    if (fits && field.getChildren().isEmpty()) {
      fits = storage(vector.getField().getType()).equals(said);
    } else if (fits && vector instanceof FixedSizeListVector list) {
      fits = list.getListSize() == ((ArrowType.FixedSizeList) said).getListSize();
    }
    if (!fits) {
      throw new IllegalArgumentException(
          SchemaBytes.where(path, segment)
              + " is a "
              + vector.getClass().getSimpleName()
              + " of "
              + vector.getField().getType()
              + ", its field says "
              + field.getType());
    }
  }

  private static ArrowType storage(ArrowType type) {
    return type instanceof ArrowType.ExtensionType extension
        ? storage(extension.storageType())
        : type;
  }

  private Node node(FieldVector vector, boolean nullable, String path) {
    if (vector instanceof BitVector) {
      return new Node(vector, nullable, Layout.BITS, 0);
    } else if (vector instanceof BaseFixedWidthVector fixed) {
      return new Node(vector, nullable, Layout.FIXED, fixed.getTypeWidth());
    } else if (vector instanceof BaseVariableWidthVector) {
      return new Node(vector, nullable, Layout.VARIABLE, Integer.BYTES);
    } else if (vector instanceof BaseLargeVariableWidthVector) {
      return new Node(vector, nullable, Layout.VARIABLE, Long.BYTES);
    } else if (vector instanceof BaseVariableWidthViewVector) {
      return new Node(vector, nullable, Layout.VIEW, BaseVariableWidthViewVector.ELEMENT_SIZE);
    } else if (vector instanceof NullVector || vector instanceof RunEndEncodedVector) {
      return new Node(vector, nullable, Layout.NONE, 0);
    } else if (vector instanceof ListVector) {
      return new Node(vector, nullable, Layout.LIST, Integer.BYTES);
    } else if (vector instanceof LargeListVector) {
      return new Node(vector, nullable, Layout.LIST, Long.BYTES);
    } else if (vector instanceof ListViewVector) {
      unsteady = true;
      return new Node(vector, nullable, Layout.LIST_VIEW, Integer.BYTES);
    } else if (vector instanceof LargeListViewVector) {
      unsteady = true;
      return new Node(vector, nullable, Layout.LIST_VIEW, Long.BYTES);
    } else if (vector instanceof FixedSizeListVector || vector instanceof StructVector) {
      return new Node(vector, nullable, Layout.VALIDITY, 0);
    } else if (vector instanceof UnionVector) {
      return new Node(vector, nullable, Layout.SPARSE_UNION, 0);
    } else if (vector instanceof DenseUnionVector) {
      unsteady = true;
      return new Node(vector, nullable, Layout.DENSE_UNION, Integer.BYTES);
    }
    throw new IllegalArgumentException(
        SchemaBytes.where(path, segment) + ": unknown vector class " + vector.getClass().getName());
  }
}
