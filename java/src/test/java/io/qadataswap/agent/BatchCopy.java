package io.qadataswap.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** A batch and its dictionaries, copied buffer by buffer into another allocator. */
final class BatchCopy implements DictionaryProvider, AutoCloseable {
  private final VectorSchemaRoot root;
  private final MapDictionaryProvider dictionaries = new MapDictionaryProvider();

  BatchCopy(VectorSchemaRoot source, DictionaryProvider provider, BufferAllocator allocator) {
    root = emptyLike(source.getSchema(), allocator);
    boolean done = false;
    try {
      copy(source, root, allocator);
      for (long id : provider.getDictionaryIds()) {
        Dictionary from = provider.lookup(id);
        Field field = from.getVector().getField();
        FieldVector vector = field.createVector(allocator);
        dictionaries.put(new Dictionary(vector, from.getEncoding()));
        copy(single(from.getVector()), single(vector), allocator);
      }
      done = true;
    } finally {
      if (!done) {
        close();
      }
    }
  }

  private static VectorSchemaRoot emptyLike(Schema schema, BufferAllocator allocator) {
    List<FieldVector> vectors = new ArrayList<>();
    for (Field field : schema.getFields()) {
      vectors.add(field.createVector(allocator));
    }
    return new VectorSchemaRoot(schema, vectors, 0);
  }

  private static VectorSchemaRoot single(FieldVector vector) {
    return new VectorSchemaRoot(
        List.of(vector.getField()), List.of(vector), vector.getValueCount());
  }

  private static void copy(VectorSchemaRoot from, VectorSchemaRoot to, BufferAllocator allocator) {
    List<ArrowBuf> copies = new ArrayList<>();
    try (ArrowRecordBatch batch = new VectorUnloader(from, true, true).getRecordBatch()) {
      for (ArrowBuf buffer : batch.getBuffers()) {
        long size = buffer.readableBytes();
        ArrowBuf copy = allocator.buffer(size);
        copies.add(copy);
        if (size > 0) {
          copy.setBytes(0, buffer, buffer.readerIndex(), size);
          copy.writerIndex(size);
        }
      }
      try (ArrowRecordBatch copied =
          new ArrowRecordBatch(
              batch.getLength(),
              batch.getNodes(),
              copies,
              batch.getBodyCompression(),
              batch.getVariadicBufferCounts(),
              true)) {
        new VectorLoader(to).load(copied);
      }
    } finally {
      copies.forEach(ArrowBuf::close);
    }
  }

  VectorSchemaRoot root() {
    return root;
  }

  @Override
  public Dictionary lookup(long id) {
    return dictionaries.lookup(id);
  }

  @Override
  public Set<Long> getDictionaryIds() {
    return dictionaries.getDictionaryIds();
  }

  @Override
  public void close() {
    root.close();
    for (long id : dictionaries.getDictionaryIds()) {
      dictionaries.lookup(id).getVector().close();
    }
  }
}
