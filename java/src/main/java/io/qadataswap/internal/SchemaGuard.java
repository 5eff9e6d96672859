package io.qadataswap.internal;

import io.qadataswap.QadsSchemaMismatchException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** Sets a writer's schema once and holds every later batch to it. Not thread-safe. */
public final class SchemaGuard {
  private final String segment;
  private Schema schema;
  private byte[] bytes;
  private Schema lastSeen;
  private DictionaryProvider lastProvider;
  private List<Field> lastValues;
  private int compared;

  /** For a segment whose schema isn't known yet. */
  public SchemaGuard(String segment) {
    this.segment = segment;
  }

  /** The schema, once it is known. */
  public Schema schema() {
    return schema;
  }

  /** Sets the schema, or compares it: QadsSchemaMismatchException names the first difference. */
  @SuppressWarnings("ReferenceEquality") // the quick way; contents are compared after it
  public void check(long writer, Schema given, DictionaryProvider provider) {
    if (given == lastSeen
        && provider == lastProvider
        && (lastValues.isEmpty() || areTheLastValues(given.getFields(), provider))) {
      return;
    }
    byte[] givenBytes = SchemaBytes.of(given, provider, segment);
    if (bytes == null) {
      NativeBindings.writerSetSchema(writer, givenBytes);
      schema = given;
      bytes = givenBytes;
    } else if (!Arrays.equals(bytes, givenBytes)) {
      throw new QadsSchemaMismatchException(
          "segment '" + segment + "': " + difference(schema.getFields(), given.getFields(), ""));
    }
    lastSeen = given;
    lastProvider = provider;
    lastValues = values(given.getFields(), provider);
  }

  /** The fields of all dictionaries as they are now: a provider may get others any time. */
  private List<Field> values(List<Field> fields, DictionaryProvider provider) {
    List<Field> values = new ArrayList<>();
    addValues(values, fields, provider);
    return values;
  }

  private void addValues(List<Field> values, List<Field> fields, DictionaryProvider provider) {
    for (Field field : fields) {
      addValues(values, field.getChildren(), provider);
      if (field.getDictionary() != null) {
        Field own = dictionaryField(field, provider);
        values.add(own);
        addValues(values, own.getChildren(), provider);
      }
    }
  }

  /** Whether {@link #values} would say the same again, without making a list of them. */
  private boolean areTheLastValues(List<Field> fields, DictionaryProvider provider) {
    compared = 0;
    return continueComparing(fields, provider);
  }

  private boolean continueComparing(List<Field> fields, DictionaryProvider provider) {
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      if (!continueComparing(field.getChildren(), provider)) {
        return false;
      }
      if (field.getDictionary() != null) {
        Field own = dictionaryField(field, provider);
        if (!own.equals(lastValues.get(compared++))
            || !continueComparing(own.getChildren(), provider)) {
          return false;
        }
      }
    }
    return true;
  }

  private Field dictionaryField(Field field, DictionaryProvider provider) {
    return SchemaBytes.dictionary(provider, field.getDictionary(), field.getName(), segment)
        .getVector()
        .getField();
  }

  private static String difference(List<Field> expected, List<Field> given, String parent) {
    if (expected.size() != given.size()) {
      String where = parent.isEmpty() ? "the batch" : "column '" + parent + "'";
      return where + " has " + given.size() + " columns, the segment " + expected.size();
    }
    for (int i = 0; i < expected.size(); i++) {
      Field want = expected.get(i);
      Field got = given.get(i);
      String path = parent.isEmpty() ? want.getName() : parent + "." + want.getName();
      if (!want.getFieldType().equals(got.getFieldType())
          || !String.valueOf(want.getName()).equals(got.getName())) {
        return "column " + i + " is " + got + ", in the segment '" + path + "' is " + want;
      }
      if (!want.getChildren().equals(got.getChildren())) {
        return difference(want.getChildren(), got.getChildren(), path);
      }
    }
    return "the metadata or a dictionary's type is another one";
  }
}
