package io.qadataswap.internal;

import io.qadataswap.QadsUnsupportedTypeException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * A Java schema, with vectors holding the indices of dictionaries, in the bytes that cross JNI;
 * jni_schema.hpp has the format. Equal schemas give equal bytes.
 */
public final class SchemaBytes {
  static final long ORDERED = 1;
  static final long NULLABLE = 2;
  static final long KEYS_SORTED = 4;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final DictionaryProvider provider;
  private final String segment;

  private SchemaBytes(DictionaryProvider provider, String segment) {
    this.provider = provider;
    this.segment = segment;
  }

  /** The bytes of a segment's schema. Throws QadsUnsupportedTypeException naming the field. */
  public static byte[] of(Schema schema, DictionaryProvider provider, String segment) {
    SchemaBytes bytes = new SchemaBytes(provider, segment);
    bytes.head("+s", "", schema.getCustomMetadata(), 0, schema.getFields().size(), false);
    for (Field field : schema.getFields()) {
      bytes.field(field, name(field), field.getName());
    }
    return bytes.out.toByteArray();
  }

  private void field(Field field, String name, String path) {
    String format = TypeFormat.of(field.getType());
    if (format == null) {
      throw new QadsUnsupportedTypeException(
          where(path) + ": the type " + field.getType() + " has no Arrow C Data format");
    }
    String whyNot = Carriable.whyNot(field.getType(), field.getChildren());
    if (whyNot != null) {
      throw new QadsUnsupportedTypeException(where(path) + ", type '" + format + "': " + whyNot);
    }
    DictionaryEncoding encoding = field.getDictionary();
    long flags = field.isNullable() ? NULLABLE : 0;
    if (field.getType() instanceof ArrowType.Map map && map.getKeysSorted()) {
      flags |= KEYS_SORTED;
    }
    if (encoding != null && encoding.isOrdered()) {
      flags |= ORDERED;
    }
    List<Field> children = field.getChildren();
    if (name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(where(path) + ": its name has a zero byte in it");
    }
    head(format, name, field.getMetadata(), flags, children.size(), encoding != null);
    for (Field child : children) {
      field(child, name(child), path + "." + child.getName());
    }
    if (encoding != null) {
      // The values have no name of their own: Java's "DICT0" would make equal schemas differ.
      Field values = dictionary(provider, encoding, path, segment).getVector().getField();
      field(values, "", path + ".dictionary");
    }
  }

  /** The dictionary of an encoded column. */
  static Dictionary dictionary(
      DictionaryProvider provider, DictionaryEncoding encoding, String path, String segment) {
    Dictionary dictionary = provider == null ? null : provider.lookup(encoding.getId());
    if (dictionary == null) {
      throw new IllegalArgumentException(
          where(path, segment)
              + " is encoded with dictionary "
              + encoding.getId()
              + ", which the dictionary provider doesn't have");
    }
    return dictionary;
  }

  private String where(String path) {
    return where(path, segment);
  }

  /** How messages begin. */
  static String where(String path, String segment) {
    return "segment '" + segment + "', column '" + path + "'";
  }

  private static String name(Field field) {
    return field.getName() == null ? "" : field.getName();
  }

  private void head(
      String format,
      String name,
      Map<String, String> metadata,
      long flags,
      int children,
      boolean hasDictionary) {
    text(format.getBytes(StandardCharsets.UTF_8));
    text(name.getBytes(StandardCharsets.UTF_8));
    if (metadata == null || metadata.isEmpty()) {
      number(-1);
    } else {
      text(metadata(metadata));
    }
    out.writeBytes(
        ByteBuffer.allocate(13)
            .order(ByteOrder.nativeOrder())
            .putLong(flags)
            .putInt(children)
            .put((byte) (hasDictionary ? 1 : 0))
            .array());
  }

  /** In the encoding of the C Data interface, keys in order. */
  private byte[] metadata(Map<String, String> metadata) {
    SchemaBytes bytes = new SchemaBytes(provider, segment);
    bytes.number(metadata.size());
    new TreeMap<>(metadata)
        .forEach(
            (key, value) -> {
              bytes.text(key.getBytes(StandardCharsets.UTF_8));
              bytes.text((value == null ? "" : value).getBytes(StandardCharsets.UTF_8));
            });
    return bytes.out.toByteArray();
  }

  private void text(byte[] text) {
    number(text.length);
    out.writeBytes(text);
  }

  private void number(int number) {
    out.writeBytes(
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(number).array());
  }
}
