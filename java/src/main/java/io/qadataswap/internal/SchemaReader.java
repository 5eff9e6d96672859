package io.qadataswap.internal;

import io.qadataswap.QadsUnsupportedTypeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.ArrowType.ExtensionType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.ExtensionTypeRegistry;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * From the bytes that cross JNI to a schema as Arrow's readers have it, in message form: a
 * dictionary-encoded field has the type of its values, and ids count from 0 in pre-order. Refuses
 * what Java's vectors can't carry, naming the field.
 */
public final class SchemaReader {
  private final ByteBuffer bytes;
  private final String segment;
  private long nextDictionary;

  private SchemaReader(byte[] bytes, String segment) {
    this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    this.segment = segment;
  }

  /** The schema of a segment. Throws QadsUnsupportedTypeException. */
  public static Schema read(byte[] bytes, String segment) {
    SchemaReader reader = new SchemaReader(bytes, segment);
    Field root = reader.field("");
    return new Schema(root.getChildren(), root.getMetadata());
  }

  private Field field(String parent) {
    String format = text(parent);
    String name = text(parent);
    String path = parent.isEmpty() ? String.valueOf(name) : parent + "." + name;
    Map<String, String> metadata = metadata(path);
    long flags = bytes.getLong();
    int childCount = bytes.getInt();
    boolean hasDictionary = bytes.get() != 0;
    boolean nullable = (flags & SchemaBytes.NULLABLE) != 0;
    ArrowType type = type(format, flags, path);
    long id = hasDictionary ? nextDictionary++ : -1;
    List<Field> children = new ArrayList<>(childCount);
    for (int i = 0; i < childCount; i++) {
      children.add(field(path));
    }
    String whyNot = path.isEmpty() ? null : Carriable.whyNot(type, children);
    if (whyNot != null) {
      throw unsupported(path, format, whyNot);
    }
    if (!hasDictionary) {
      return new Field(
          name, new FieldType(nullable, extension(type, metadata, path), null, metadata), children);
    }
    if (!(type instanceof ArrowType.Int indexType)) {
      throw unsupported(path, format, "a dictionary's indices must be integers");
    }
    Field values = field(path + ".dictionary");
    if (values.getDictionary() != null) {
      throw unsupported(
          path, format, "Java has no dictionaries whose values are dictionary-encoded");
    }
    boolean ordered = (flags & SchemaBytes.ORDERED) != 0;
    DictionaryEncoding encoding = new DictionaryEncoding(id, ordered, indexType);
    return new Field(
        name, new FieldType(nullable, values.getType(), encoding, metadata), values.getChildren());
  }

  private ArrowType type(String format, long flags, String path) {
    try {
      return TypeFormat.parse(format, (flags & SchemaBytes.KEYS_SORTED) != 0);
    } catch (RuntimeException e) {
      throw unsupported(path, format, e.getMessage());
    }
  }

  /** The registered extension type over this storage, if there is one. */
  private ArrowType extension(ArrowType storage, Map<String, String> metadata, String path) {
    String name = metadata.get(ExtensionType.EXTENSION_METADATA_KEY_NAME);
    ExtensionType known = name == null ? null : ExtensionTypeRegistry.lookup(name);
    if (known == null) {
      return storage;
    }
    try {
      return known.deserialize(
          storage, metadata.getOrDefault(ExtensionType.EXTENSION_METADATA_KEY_METADATA, ""));
    } catch (RuntimeException e) {
      throw unsupported(path, name, "the registered extension type refuses it: " + e.getMessage());
    }
  }

  private Map<String, String> metadata(String path) {
    Map<String, String> metadata = new HashMap<>();
    if (bytes.getInt() >= 0) {
      for (int count = bytes.getInt(); count > 0; count--) {
        metadata.put(text(path), text(path));
      }
    }
    return metadata;
  }

  private String text(String path) {
    int length = bytes.getInt();
    if (length < 0) {
      return null;
    }
    ByteBuffer text = bytes.slice(bytes.position(), length);
    bytes.position(bytes.position() + length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
    } catch (CharacterCodingException e) {
      throw unsupported(path, "", "a name or metadata that isn't UTF-8");
    }
  }

  private QadsUnsupportedTypeException unsupported(String path, String format, String why) {
    return new QadsUnsupportedTypeException(
        "segment '" + segment + "', column '" + path + "', type '" + format + "': " + why);
  }
}
