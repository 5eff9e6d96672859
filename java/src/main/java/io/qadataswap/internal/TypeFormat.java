package io.qadataswap.internal;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.IntervalUnit;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.UnionMode;
import org.apache.arrow.vector.types.pojo.ArrowType;

/** Arrow types as the format strings of the C Data interface, both ways. */
final class TypeFormat {
  private static final String TIME_UNITS = "smun";

  private TypeFormat() {}

  /** The format of a type; an extension type's is its storage's. Null if there is none. */
  static String of(ArrowType type) {
    if (type instanceof ArrowType.ExtensionType extension) {
      return of(extension.storageType());
    }
    return switch (type.getTypeID()) {
      case Null -> "n";
      case Bool -> "b";
      case Int -> ofInt((ArrowType.Int) type);
      case FloatingPoint ->
          switch (((ArrowType.FloatingPoint) type).getPrecision()) {
            case HALF -> "e";
            case SINGLE -> "f";
            case DOUBLE -> "g";
          };
      case Binary -> "z";
      case LargeBinary -> "Z";
      case BinaryView -> "vz";
      case Utf8 -> "u";
      case LargeUtf8 -> "U";
      case Utf8View -> "vu";
      case FixedSizeBinary -> "w:" + ((ArrowType.FixedSizeBinary) type).getByteWidth();
      case Decimal -> ofDecimal((ArrowType.Decimal) type);
      case Date -> ((ArrowType.Date) type).getUnit() == DateUnit.DAY ? "tdD" : "tdm";
      case Time -> "tt" + unit(((ArrowType.Time) type).getUnit());
      case Duration -> "tD" + unit(((ArrowType.Duration) type).getUnit());
      case Timestamp -> {
        ArrowType.Timestamp timestamp = (ArrowType.Timestamp) type;
        String zone = timestamp.getTimezone() == null ? "" : timestamp.getTimezone();
        yield "ts" + unit(timestamp.getUnit()) + ":" + zone;
      }
      case Interval ->
          switch (((ArrowType.Interval) type).getUnit()) {
            case YEAR_MONTH -> "tiM";
            case DAY_TIME -> "tiD";
            case MONTH_DAY_NANO -> "tin";
          };
      case List -> "+l";
      case LargeList -> "+L";
      case ListView -> "+vl";
      case LargeListView -> "+vL";
      case FixedSizeList -> "+w:" + ((ArrowType.FixedSizeList) type).getListSize();
      case Struct -> "+s";
      case Map -> "+m";
      case Union -> {
        ArrowType.Union union = (ArrowType.Union) type;
        String codes =
            Arrays.stream(union.getTypeIds())
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(","));
        yield (union.getMode() == UnionMode.Dense ? "+ud:" : "+us:") + codes;
      }
      case RunEndEncoded -> "+r";
      default -> null;
    };
  }

  private static String ofInt(ArrowType.Int type) {
    String letters = type.getIsSigned() ? "csil" : "CSIL";
    int index = Integer.numberOfTrailingZeros(type.getBitWidth()) - 3;
    return letters.substring(index, index + 1);
  }

  private static String ofDecimal(ArrowType.Decimal type) {
    String format = "d:" + type.getPrecision() + "," + type.getScale();
    return type.getBitWidth() == 128 ? format : format + "," + type.getBitWidth();
  }

  private static char unit(TimeUnit unit) {
    return TIME_UNITS.charAt(unit.ordinal());
  }

  private static TimeUnit unit(String format) {
    return TimeUnit.values()[TIME_UNITS.indexOf(format.charAt(2))];
  }

  /** The type of a format; throws an IllegalArgumentException that says why Java can't carry it. */
  static ArrowType parse(String format, boolean keysSorted) {
    int colon = format.indexOf(':');
    String kind = colon < 0 ? format : format.substring(0, colon);
    String rest = colon < 0 ? "" : format.substring(colon + 1);
    return switch (kind) {
      case "n" -> ArrowType.Null.INSTANCE;
      case "b" -> ArrowType.Bool.INSTANCE;
      case "c", "s", "i", "l" -> new ArrowType.Int(8 << "csil".indexOf(kind), true);
      case "C", "S", "I", "L" -> new ArrowType.Int(8 << "CSIL".indexOf(kind), false);
      case "e" -> new ArrowType.FloatingPoint(FloatingPointPrecision.HALF);
      case "f" -> new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
      case "g" -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
      case "z" -> ArrowType.Binary.INSTANCE;
      case "Z" -> ArrowType.LargeBinary.INSTANCE;
      case "vz" -> ArrowType.BinaryView.INSTANCE;
      case "u" -> ArrowType.Utf8.INSTANCE;
      case "U" -> ArrowType.LargeUtf8.INSTANCE;
      case "vu" -> ArrowType.Utf8View.INSTANCE;
      case "w" -> new ArrowType.FixedSizeBinary(Integer.parseInt(rest));
      case "d" -> decimal(numbers(rest));
      case "tdD" -> new ArrowType.Date(DateUnit.DAY);
      case "tdm" -> new ArrowType.Date(DateUnit.MILLISECOND);
      case "tts", "ttm" -> new ArrowType.Time(unit(kind), 32);
      case "ttu", "ttn" -> new ArrowType.Time(unit(kind), 64);
      case "tDs", "tDm", "tDu", "tDn" -> new ArrowType.Duration(unit(kind));
      case "tss", "tsm", "tsu", "tsn" ->
          new ArrowType.Timestamp(unit(kind), rest.isEmpty() ? null : rest);
      case "tiM" -> new ArrowType.Interval(IntervalUnit.YEAR_MONTH);
      case "tiD" -> new ArrowType.Interval(IntervalUnit.DAY_TIME);
      case "tin" -> new ArrowType.Interval(IntervalUnit.MONTH_DAY_NANO);
      case "+l" -> ArrowType.List.INSTANCE;
      case "+L" -> ArrowType.LargeList.INSTANCE;
      case "+vl" -> ArrowType.ListView.INSTANCE;
      case "+vL" -> ArrowType.LargeListView.INSTANCE;
      case "+w" -> new ArrowType.FixedSizeList(Integer.parseInt(rest));
      case "+s" -> ArrowType.Struct.INSTANCE;
      case "+m" -> new ArrowType.Map(keysSorted);
      case "+ud" -> new ArrowType.Union(UnionMode.Dense, numbers(rest));
      case "+us" -> new ArrowType.Union(UnionMode.Sparse, numbers(rest));
      case "+r" -> ArrowType.RunEndEncoded.INSTANCE;
      default -> throw new IllegalArgumentException("Java doesn't know the type");
    };
  }

  private static ArrowType decimal(int[] parts) {
    int bits = parts.length > 2 ? parts[2] : 128;
    if (bits != 128 && bits != 256) {
      throw new IllegalArgumentException("Java has no decimals of " + bits + " bits");
    }
    return new ArrowType.Decimal(parts[0], parts[1], bits);
  }

  private static int[] numbers(String text) {
    if (text.isEmpty()) {
      return new int[0];
    }
    return Arrays.stream(text.split(",", -1)).mapToInt(Integer::parseInt).toArray();
  }
}
