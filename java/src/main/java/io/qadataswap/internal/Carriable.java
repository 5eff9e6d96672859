package io.qadataswap.internal;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.arrow.vector.types.UnionMode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/** What Arrow's Java types can say and its vectors would lose or mix up without a word. */
final class Carriable {
  private static final boolean STRUCTS_APPEND =
      "CONFLICT_APPEND"
          .equalsIgnoreCase(
              System.getProperty(
                  "arrow.struct.conflict.policy",
                  String.valueOf(System.getenv("ARROW_STRUCT_CONFLICT_POLICY"))));

  private Carriable() {}

  /** Why Java's vectors can't carry a field of this type with these children; null if they can. */
  static String whyNot(ArrowType type, List<Field> children) {
    if (type instanceof ArrowType.ExtensionType extension) {
      return whyNot(extension.storageType(), children);
    } else if (type instanceof ArrowType.Union union) {
      String why = union(union);
      return why != null ? why : twins(children, "");
    } else if (type instanceof ArrowType.Struct && !STRUCTS_APPEND) {
      return twins(children, " (-Darrow.struct.conflict.policy=CONFLICT_APPEND allows it)");
    } else if (type instanceof ArrowType.FixedSizeBinary binary && binary.getByteWidth() <= 0) {
      return "Java has no fixed-size binary of " + binary.getByteWidth() + " bytes";
    } else if (type instanceof ArrowType.FixedSizeList && holdsUnion(children)) {
      return "Java's fixed-size lists can't hold unions";
    }
    return null;
  }

  private static boolean holdsUnion(List<Field> children) {
    return children.stream().anyMatch(child -> child.getType() instanceof ArrowType.Union);
  }

  private static String union(ArrowType.Union union) {
    int[] codes = union.getTypeIds();
    if (codes == null || codes.length == 0) {
      return "Java has no unions without children";
    }
    boolean dense = union.getMode() == UnionMode.Dense;
    for (int i = 0; i < codes.length; i++) {
      if (codes[i] < 0 || (dense && i > 0 && codes[i] <= codes[i - 1])) {
        return "Java's dense unions need type codes that increase";
      }
    }
    return null;
  }

  private static String twins(List<Field> children, String hint) {
    Set<String> names = new HashSet<>();
    for (Field child : children) {
      if (!names.add(child.getName())) {
        return "Java would drop one of two children named '" + child.getName() + "'" + hint;
      }
    }
    return null;
  }
}
