package io.qadataswap.internal;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.pojo.Field;

/** A second root, with dictionaries of its own, over the buffers of another. Both hold them. */
public final class KeptVectors implements AutoCloseable {
  private final String segment;
  private final VectorSchemaRoot root;
  private final MapDictionaryProvider dictionaries = new MapDictionaryProvider();

  /** Shares what `source` holds now. */
  public KeptVectors(
      VectorSchemaRoot source,
      DictionaryProvider provider,
      BufferAllocator allocator,
      String segment) {
    this(source, provider, new VectorTree(source, provider, segment), allocator, segment);
  }

  KeptVectors(
      VectorSchemaRoot source,
      DictionaryProvider provider,
      VectorTree tree,
      BufferAllocator allocator,
      String segment) {
    this.segment = segment;
    List<FieldVector> vectors = new ArrayList<>();
    for (Field field : source.getSchema().getFields()) {
      vectors.add(field.createVector(allocator));
      addDictionaries(field, provider, allocator);
    }
    root = new VectorSchemaRoot(source.getSchema(), vectors, 0);
    boolean done = false;
    try {
      BatchLoader.share(
          tree, root, new VectorTree(root, dictionaries, segment), source.getRowCount());
      done = true;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  private void addDictionaries(
      Field field, DictionaryProvider provider, BufferAllocator allocator) {
    for (Field child : field.getChildren()) {
      addDictionaries(child, provider, allocator);
    }
    if (field.getDictionary() != null
        && dictionaries.lookup(field.getDictionary().getId()) == null) {
      Dictionary source =
          SchemaBytes.dictionary(provider, field.getDictionary(), field.getName(), segment);
      Field values = source.getVector().getField();
      dictionaries.put(new Dictionary(values.createVector(allocator), source.getEncoding()));
      addDictionaries(values, provider, allocator);
    }
  }

  /** The vectors. */
  public VectorSchemaRoot root() {
    return root;
  }

  /** Their dictionaries. */
  public DictionaryProvider dictionaries() {
    return dictionaries;
  }

  @Override
  public void close() {
    root.close();
    for (long id : dictionaries.getDictionaryIds()) {
      dictionaries.lookup(id).getVector().close();
    }
  }
}
