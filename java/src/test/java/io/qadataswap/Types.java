package io.qadataswap;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.IntervalUnit;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/** One field of every type that Java's vectors have a simple way to fill. */
final class Types {
  private Types() {}

  static List<Field> all() {
    List<ArrowType> flat = new ArrayList<>();
    flat.add(ArrowType.Null.INSTANCE);
    flat.add(ArrowType.Bool.INSTANCE);
    for (int bits = 8; bits <= 64; bits *= 2) {
      flat.add(new ArrowType.Int(bits, true));
      flat.add(new ArrowType.Int(bits, false));
    }
    for (FloatingPointPrecision precision : FloatingPointPrecision.values()) {
      flat.add(new ArrowType.FloatingPoint(precision));
    }
    flat.add(new ArrowType.Decimal(38, 10, 128));
    flat.add(new ArrowType.Decimal(5, -3, 128));
    flat.add(new ArrowType.Decimal(76, 20, 256));
    flat.add(new ArrowType.FixedSizeBinary(5));
    flat.add(ArrowType.Utf8.INSTANCE);
    flat.add(ArrowType.LargeUtf8.INSTANCE);
    flat.add(ArrowType.Utf8View.INSTANCE);
    flat.add(ArrowType.Binary.INSTANCE);
    flat.add(ArrowType.LargeBinary.INSTANCE);
    flat.add(ArrowType.BinaryView.INSTANCE);
    flat.add(new ArrowType.Date(DateUnit.DAY));
    flat.add(new ArrowType.Date(DateUnit.MILLISECOND));
    for (TimeUnit unit : TimeUnit.values()) {
      boolean small = unit == TimeUnit.SECOND || unit == TimeUnit.MILLISECOND;
      flat.add(new ArrowType.Time(unit, small ? 32 : 64));
      flat.add(new ArrowType.Timestamp(unit, null));
      flat.add(new ArrowType.Timestamp(unit, "Europe/Vienna"));
      flat.add(new ArrowType.Duration(unit));
    }
    for (IntervalUnit unit : IntervalUnit.values()) {
      flat.add(new ArrowType.Interval(unit));
    }
    List<Field> fields = new ArrayList<>();
    for (ArrowType type : flat) {
      fields.add(field("f" + fields.size(), type));
    }
    Field text = field("text", ArrowType.Utf8.INSTANCE);
    Field bit = field("bit", ArrowType.Bool.INSTANCE);
    Field pair = field("pair", ArrowType.Struct.INSTANCE, text, bit);
    fields.add(pair);
    fields.add(field("list", ArrowType.List.INSTANCE, text));
    fields.add(
        field("lists", ArrowType.List.INSTANCE, field("list", ArrowType.List.INSTANCE, pair)));
    fields.add(field("large_list", ArrowType.LargeList.INSTANCE, text));
    fields.add(field("list_view", ArrowType.ListView.INSTANCE, text));
    fields.add(field("large_list_view", ArrowType.LargeListView.INSTANCE, text));
    fields.add(field("map", new ArrowType.Map(false), entries(text)));
    fields.add(field("fixed_list", new ArrowType.FixedSizeList(3), bit));
    fields.add(
        new Field(
            "documented",
            new FieldType(false, new ArrowType.Int(32, true), null, Map.of("unit", "µm", "", "x")),
            null));
    return fields;
  }

  /** A map's keys are never null, and neither are its entries. */
  private static Field entries(Field value) {
    FieldType entry = FieldType.notNullable(ArrowType.Struct.INSTANCE);
    Field key = new Field("key", FieldType.notNullable(new ArrowType.Int(64, true)), null);
    return new Field("entries", entry, List.of(key, value));
  }

  static Field field(String name, ArrowType type, Field... children) {
    return new Field(name, FieldType.nullable(type), List.of(children));
  }
}
