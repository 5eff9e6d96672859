package io.qadataswap.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.qadataswap.QadsUnsupportedTypeException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Java can't carry is refused by the schema, with the field's name and type. */
class SchemaReaderTest {
  /** A node, then its children and its dictionary. */
  private static byte[] node(String format, String name, boolean dictionary, byte[]... others) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String text : new String[] {format, name}) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      out.writeBytes(number(4).putInt(bytes.length).array());
      out.writeBytes(bytes);
    }
    out.writeBytes(number(4).putInt(-1).array());
    int children = others.length - (dictionary ? 1 : 0);
    out.writeBytes(number(13).putLong(2).putInt(children).put((byte) (dictionary ? 1 : 0)).array());
    for (byte[] other : others) {
      out.writeBytes(other);
    }
    return out.toByteArray();
  }

  private static ByteBuffer number(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
  }

  private static void assertRefused(byte[] column, String... words) {
    byte[] schema = node("+s", "", false, column);
    String message =
        assertThrows(QadsUnsupportedTypeException.class, () -> SchemaReader.read(schema, "segment"))
            .getMessage();
    for (String word : words) {
      assertTrue(message.contains(word), () -> "'" + word + "' isn't in: " + message);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"d:9,2,32", "d:18,4,64", "w:0", "+us:", "+ud:", "?"})
  void typesThatJavaLacksAreNamed(String format) {
    assertRefused(node(format, "column", false), "'segment'", "'column'", "'" + format + "'");
    byte[] list = node("+l", "list", false, node(format, "item", false));
    assertRefused(list, "'list.item'", "'" + format + "'");
  }

  @Test
  void childrenThatJavaWouldLoseAreNamed() {
    byte[] child = node("i", "twin", false);
    assertRefused(node("+s", "pair", false, child, child), "'pair'", "'twin'");
    assertRefused(node("+us:0,1", "either", false, child, child), "'either'", "'twin'");
    byte[] other = node("u", "other", false);
    assertRefused(node("+ud:5,2", "either", false, child, other), "'either'", "increase");
    byte[] dictionary = node("c", "", true, node("u", "", false));
    assertRefused(node("c", "twice", true, dictionary), "'twice'", "dictionary-encoded");
  }

  @Test
  void topLevelColumnsMayShareTheirName() {
    byte[] twin = node("i", "twin", false);
    assertEquals(
        2, SchemaReader.read(node("+s", "", false, twin, twin), "segment").getFields().size());
  }

  @Test
  void equalSchemasGiveEqualBytes() {
    Map<String, String> one = new java.util.LinkedHashMap<>(Map.of("a", "1"));
    one.put("b", "ü");
    Map<String, String> other = new java.util.LinkedHashMap<>(Map.of("b", "ü"));
    other.put("a", "1");
    byte[] first = SchemaBytes.of(new Schema(List.of(field(one)), other), null, "segment");
    byte[] second = SchemaBytes.of(new Schema(List.of(field(other)), one), null, "segment");
    assertEquals(ByteBuffer.wrap(first), ByteBuffer.wrap(second));
    Schema back = SchemaReader.read(first, "segment");
    assertEquals(new Schema(List.of(field(one)), one), back);
  }

  private static Field field(Map<String, String> metadata) {
    return new Field("f", new FieldType(false, ArrowType.Utf8.INSTANCE, null, metadata), null);
  }
}
