package io.qadataswap.agent;

import io.qadataswap.QadsReader;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * Puts a batch that the writer had to cut by rows together again. Its pieces are copied, so that a
 * ring smaller than the message doesn't wait for this reader.
 */
final class Pieces implements AutoCloseable {
  /** What a loaded batch is. */
  enum Loaded {
    /** A message, as it lies in the segment. */
    WHOLE,
    /** A piece of one that goes on. */
    PIECE,
    /** The last piece: the reader's root has all of them now, in memory of its own. */
    GLUED
  }

  private final BufferAllocator allocator;
  private final List<BatchCopy> copies = new ArrayList<>();

  Pieces(BufferAllocator allocator) {
    this.allocator = allocator;
  }

  Loaded add(QadsReader reader) {
    if (reader.lostBefore() > 0) {
      close(); // the rest of that message
    }
    if (copies.isEmpty() && reader.endsMessage()) {
      return Loaded.WHOLE;
    }
    VectorSchemaRoot root = reader.getVectorSchemaRoot();
    copies.add(new BatchCopy(root, reader, allocator));
    if (!reader.endsMessage()) {
      return Loaded.PIECE;
    }
    Gluing.glue(copies.stream().map(BatchCopy::root).toList(), root, allocator);
    close();
    return Loaded.GLUED;
  }

  @Override
  public void close() {
    copies.forEach(BatchCopy::close);
    copies.clear();
  }
}
