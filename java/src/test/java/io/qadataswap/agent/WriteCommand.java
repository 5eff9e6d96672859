package io.qadataswap.agent;

import io.qadataswap.QadsWriter;
import io.qadataswap.QadsWriterBuilder;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowStreamReader;

/** {@code agent write}. */
final class WriteCommand {
  private final AgentOptions options;
  private final Tally tally = new Tally();

  WriteCommand(AgentOptions options) {
    this.options = options;
  }

  Tally run() throws Exception {
    try (BufferAllocator allocator = new RootAllocator()) {
      StreamFile.check(options.file, allocator); // its faults come before the segment
      try (QadsWriter writer = builder().create()) {
        for (int i = 0; i < Math.max(1, options.repeat); i++) {
          writeFile(writer, allocator, i == 0, options.repeat > 0);
        }
        writer.finish();
        var statistics = writer.statistics();
        tally.bytes(statistics.bytesCopied() + statistics.bytesReferenced());
        Thread.sleep(options.lingerMs);
      }
    }
    return tally;
  }

  private QadsWriterBuilder builder() {
    QadsWriterBuilder builder =
        QadsWriter.builder(options.name).overflow(options.overflow).timeout(options.timeout);
    if (options.slots != null) {
      builder.slots(options.slots);
    }
    if (options.capacity != null) {
      builder.capacity(options.capacity);
    }
    return builder;
  }

  private void writeFile(
      QadsWriter writer, BufferAllocator allocator, boolean first, boolean batches)
      throws Exception {
    try (ArrowStreamReader reader = StreamFile.open(options.file, allocator)) {
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      if (first) {
        writer.setSchema(root.getSchema(), reader);
        writer.waitForReaders(options.startAfterReaders, options.timeout);
      }
      while (batches && reader.loadNextBatch()) {
        if (options.zeroCopy) {
          try (BatchCopy copy = new BatchCopy(root, reader, writer.allocator())) {
            write(writer, copy.root(), copy);
          }
        } else {
          write(writer, root, reader);
        }
      }
    }
  }

  private void write(QadsWriter writer, VectorSchemaRoot root, DictionaryProvider provider) {
    if (options.sliceLength < 0) {
      writer.write(root, provider);
      tally.batch(root.getRowCount());
      return;
    }
    int offset = Math.min(options.sliceOffset, root.getRowCount());
    int length = Math.min(options.sliceLength, root.getRowCount() - offset);
    try (VectorSchemaRoot slice = Slices.of(root, offset, length)) {
      writer.write(slice, provider);
      tally.batch(length);
    }
  }
}
