package io.qadataswap.internal;

import io.qadataswap.QadsWriter;
import java.io.IOException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;

/** Writes what an ArrowReader reads. */
public final class StreamWriting {
  private final QadsWriter writer;
  private final ArrowReader reader;
  private final VectorSchemaRoot root;
  private long batches;

  /** Reads the schema already. */
  public StreamWriting(QadsWriter writer, ArrowReader reader) throws IOException {
    this.writer = writer;
    this.reader = reader;
    this.root = reader.getVectorSchemaRoot();
  }

  /** Every batch a message. */
  public long asMessages() throws IOException {
    while (reader.loadNextBatch()) {
      writer.write(root, reader);
      batches++;
    }
    writeSchemaAlone();
    return batches;
  }

  /** One message: a batch is written when it is known whether another follows. */
  public long asOneMessage() throws IOException {
    try {
      boolean more = reader.loadNextBatch();
      while (more) {
        try (KeptVectors kept = new KeptVectors(root, reader, allocator(), writer.name())) {
          more = reader.loadNextBatch();
          if (more) {
            writer.writePart(kept.root(), kept.dictionaries());
          } else {
            writer.write(kept.root(), kept.dictionaries());
          }
          batches++;
        }
      }
      writeSchemaAlone();
    } catch (IOException | RuntimeException failure) {
      giveUpMessage(failure);
      throw failure;
    }
    return batches;
  }

  private void giveUpMessage(Exception failure) {
    try {
      writer.giveUpMessage();
    } catch (RuntimeException closed) {
      failure.addSuppressed(closed);
    }
  }

  /** Null vectors have none; a root of nothing else needs none. */
  private BufferAllocator allocator() {
    for (FieldVector vector : root.getFieldVectors()) {
      if (vector.getAllocator() != null) {
        return vector.getAllocator();
      }
    }
    return null;
  }

  private void writeSchemaAlone() {
    if (batches == 0) {
      root.clear();
      writer.write(root, reader);
    }
  }
}
