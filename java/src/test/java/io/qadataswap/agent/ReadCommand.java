package io.qadataswap.agent;

import io.qadataswap.LossMode;
import io.qadataswap.QadsBatch;
import io.qadataswap.QadsReader;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;

/** {@code agent read}. */
final class ReadCommand {
  /** A batch held beyond the next load, and what it was when it came. */
  private record Held(
      AutoCloseable batch,
      VectorSchemaRoot root,
      DictionaryProvider provider,
      String name,
      ByteBuffer before) {}

  /** A held batch isn't what it was. */
  static final class ChangedException extends Exception {
    private static final long serialVersionUID = 1L;

    ChangedException(String message) {
      super(message);
    }
  }

  private final AgentOptions options;
  private final Tally tally = new Tally();
  private final Deque<Held> held = new ArrayDeque<>();

  ReadCommand(AgentOptions options) {
    this.options = options;
  }

  Tally run() throws Exception {
    try (BufferAllocator allocator = new RootAllocator();
        QadsReader reader = open(allocator)) {
      Throwable failure = null;
      try {
        readAll(reader, allocator);
      } catch (Exception e) {
        failure = e;
      }
      // Whatever ended it: what came before has been written out.
      long lost = reader.statistics().lost();
      if (lost > 0) {
        throw new Outcome.LostException("lost=" + lost, failure);
      } else if (failure != null) {
        throw (Exception) failure;
      }
      return tally.bytes(reader.bytesRead());
    }
  }

  private QadsReader open(BufferAllocator allocator) {
    return QadsReader.builder(options.name, allocator)
        .waitForSegment(options.timeout)
        .timeout(options.timeout)
        .start(options.start)
        .loss(LossMode.COUNT)
        .open();
  }

  private void readAll(QadsReader reader, BufferAllocator allocator) throws Exception {
    VectorSchemaRoot root = reader.getVectorSchemaRoot();
    try (OutputStream file =
            new BufferedOutputStream(Files.newOutputStream(options.file), 1 << 20);
        ArrowStreamWriter output = new ArrowStreamWriter(root, reader, file)) {
      output.start();
      Exception failure = null;
      try {
        loop(reader, root, output, allocator);
      } catch (Exception e) {
        failure = e;
      }
      letAllGo(failure);
    }
  }

  private void loop(
      QadsReader reader, VectorSchemaRoot root, ArrowStreamWriter output, BufferAllocator allocator)
      throws Exception {
    try (Pieces pieces = new Pieces(allocator)) {
      while (tally.batches() < options.limit && reader.loadNextBatch()) {
        Pieces.Loaded loaded = pieces.add(reader);
        if (loaded == Pieces.Loaded.PIECE) {
          continue;
        }
        tally.batch(root.getRowCount());
        output.writeBatch();
        if (options.hold > 0 && loaded == Pieces.Loaded.WHOLE) {
          QadsBatch batch = reader.keep();
          hold(batch, batch.root(), batch, "batch " + batch.sequence());
        } else if (options.hold > 0) {
          BatchCopy copy = new BatchCopy(root, reader, allocator);
          hold(copy, copy.root(), copy, "a batch that was cut");
        }
        Thread.sleep(options.delayMs);
      }
    }
  }

  private void hold(
      AutoCloseable batch, VectorSchemaRoot root, DictionaryProvider provider, String name)
      throws Exception {
    ByteBuffer before = options.holdCheck ? serialized(root, provider) : ByteBuffer.allocate(0);
    held.addLast(new Held(batch, root, provider, name, before));
    if (held.size() > options.hold) {
      letGo();
    }
  }

  private void letGo() throws Exception {
    Held oldest = held.removeFirst();
    try (AutoCloseable batch = oldest.batch) {
      if (options.holdCheck && !oldest.before.equals(serialized(oldest.root, oldest.provider))) {
        throw new ChangedException(oldest.name + " changed while it was held");
      }
    }
  }

  /** Whatever ended the reading, what is still held is looked at: a change outweighs it. */
  private void letAllGo(Exception failure) throws Exception {
    try {
      while (!held.isEmpty()) {
        letGo();
      }
    } catch (ChangedException changed) {
      if (failure != null) {
        changed.addSuppressed(failure);
      }
      throw changed;
    } finally {
      for (Held one : held) {
        one.batch.close();
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static ByteBuffer serialized(VectorSchemaRoot root, DictionaryProvider provider)
      throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ArrowStreamWriter writer = new ArrowStreamWriter(root, provider, bytes)) {
      writer.start();
      writer.writeBatch();
    }
    return ByteBuffer.wrap(bytes.toByteArray());
  }
}
