package io.qadataswap;

import io.qadataswap.internal.Arguments;
import io.qadataswap.internal.BatchDescriber;
import io.qadataswap.internal.NativeBindings;
import io.qadataswap.internal.NativeHandle;
import io.qadataswap.internal.SchemaGuard;
import io.qadataswap.internal.SegmentFigures;
import io.qadataswap.internal.SegmentMemory;
import io.qadataswap.internal.StreamWriting;
import io.qadataswap.internal.Turn;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Creates a segment and publishes Arrow batches in it for any number of processes to read. The
 * values of vectors made with {@link #allocator} are published in place; only small bitmaps of
 * theirs may be copied, because Arrow puts them right behind the values, wherever those end, and
 * are read, to count the nulls, unless {@link QadsWriterBuilder#trustNonNullable} spares it. All
 * other vectors are copied once. The batch is the caller's again as soon as a write returns, but
 * memory from the allocator that was published must not be written to any more.
 *
 * <p>A write waits up to the writer's timeout for room, then throws {@link QadsTimeoutException}
 * naming the readers in the way. Call {@link #finish} when everything is written: without it
 * readers are told that the writer died. Thread-safe: writes follow one another, and {@link #close}
 * may come from any thread at any time and ends their waiting with {@link IllegalStateException}.
 * {@link Thread#interrupt} doesn't end a wait.
 */
public final class QadsWriter implements AutoCloseable {
  private final String name;
  private final long timeoutMs;
  private final DictionaryProvider dictionaries;
  private final NativeHandle segment;
  private final NativeHandle writer;
  private final Cleaner.Cleanable watch;
  private final BatchDescriber describer;
  private final Turn turn;
  private final SchemaGuard guard;
  private SegmentMemory memory;

  QadsWriter(QadsWriterBuilder options) {
    name = options.name;
    timeoutMs = Arguments.millis(options.timeout, "timeout");
    dictionaries = options.dictionaries;
    guard = new SchemaGuard(name);
    describer = new BatchDescriber(name, options.trustNonNullable);
    turn = new Turn(name);
    long arena =
        NativeBindings.createArena(
            Arguments.name(name), Arguments.directory(options.directory), options.numbers());
    segment = new NativeHandle(NativeHandle.Kind.SEGMENT, arena, String.valueOf(name));
    boolean done = false;
    try {
      long address = NativeBindings.createWriter(arena, options.wait.ordinal());
      writer = new NativeHandle(NativeHandle.Kind.WRITER, address, name);
      done = true;
    } finally {
      if (!done) {
        segment.close();
      }
    }
    watch = NativeHandle.watch(this, writer, segment);
  }

  /**
   * Creates a segment with the default options.
   *
   * @param name letters, digits, '.', '_', '-', up to 200
   * @return its writer
   */
  public static QadsWriter create(String name) {
    return builder(name).create();
  }

  /**
   * Begins to create a segment.
   *
   * @param name letters, digits, '.', '_', '-', up to 200
   * @return options to set
   */
  public static QadsWriterBuilder builder(String name) {
    return new QadsWriterBuilder(name);
  }

  /**
   * Publishes a batch as one message. Its dictionaries come from the provider given to the builder,
   * if any.
   *
   * @param root the batch
   */
  public void write(VectorSchemaRoot root) {
    write(root, dictionaries);
  }

  /**
   * Publishes a batch as one message.
   *
   * @param root the batch
   * @param provider its dictionaries
   */
  public void write(VectorSchemaRoot root, DictionaryProvider provider) {
    write(root, provider, 0, timeoutMs);
  }

  /**
   * Publishes a batch as one message, with a timeout of its own.
   *
   * @param root the batch
   * @param provider its dictionaries, or null
   * @param timeout zero doesn't wait, negative waits for ever
   */
  public void write(VectorSchemaRoot root, DictionaryProvider provider, Duration timeout) {
    write(root, provider, 0, Arguments.millis(timeout, "timeout"));
  }

  /**
   * Publishes a batch as part of a message that goes on: the next write belongs to it. Readers see
   * the batch at once; those that read whole messages wait for the end.
   *
   * @param root the batch
   * @param provider its dictionaries, or null
   */
  public void writePart(VectorSchemaRoot root, DictionaryProvider provider) {
    write(root, provider, NativeBindings.WRITE_MORE, timeoutMs);
  }

  private void write(VectorSchemaRoot root, DictionaryProvider provider, int flags, long waitMs) {
    Arguments.required(root, "root");
    long leftMs = turn.take(waitMs);
    try {
      long handle = writer.enter();
      try {
        guard.check(handle, root.getSchema(), provider);
        describer.describe(root, provider);
        describer.write(handle, flags, leftMs);
      } finally {
        writer.leave();
      }
    } finally {
      turn.end();
    }
  }

  /**
   * Publishes all batches of a reader as one message; without any, a batch of no rows, so that the
   * schema arrives. The next batch is loaded while one is still held, because only then it is known
   * which is the last.
   *
   * @param reader what to read; not closed
   * @return the number of batches
   * @throws IOException if reading fails; the message is given up then
   */
  public long write(ArrowReader reader) throws IOException {
    return new StreamWriting(this, Arguments.required(reader, "reader")).asOneMessage();
  }

  /**
   * Publishes each batch of a reader as a message of its own.
   *
   * @param reader what to read; not closed
   * @return the number of batches
   * @throws IOException if reading fails; what was published stays
   */
  public long writeEach(ArrowReader reader) throws IOException {
    return new StreamWriting(this, Arguments.required(reader, "reader")).asMessages();
  }

  /** Gives up a message begun by {@link #writePart}: readers of whole messages never see it. */
  public void giveUpMessage() {
    long handle = writer.enter();
    try {
      NativeBindings.writerGiveUpMessage(handle);
    } finally {
      writer.leave();
    }
  }

  /**
   * Sets the schema before the first batch, so that readers can see it.
   *
   * @param schema the batches' schema
   * @param provider its dictionaries, or null
   */
  public void setSchema(Schema schema, DictionaryProvider provider) {
    turn.take();
    try {
      long handle = writer.enter();
      try {
        guard.check(handle, Arguments.required(schema, "schema"), provider);
      } finally {
        writer.leave();
      }
    } finally {
      turn.end();
    }
  }

  /**
   * An allocator whose vectors lie in the segment, so that writing them copies no values; {@link
   * #lastWrite} says what was copied. Allocating waits for room as a write does. Close its vectors
   * before the writer.
   *
   * @return one allocator, closed with the writer
   */
  public synchronized BufferAllocator allocator() {
    segment.enter();
    segment.leave();
    if (memory == null) {
      memory = new SegmentMemory(segment, timeoutMs);
    }
    return memory.allocator();
  }

  /**
   * What the last successful write did with each column.
   *
   * @return a report a column
   */
  public List<ColumnReport> lastWrite() {
    turn.take();
    try {
      long handle = writer.enter();
      try {
        long[] numbers = NativeBindings.writerGetLastWrite(handle);
        List<ColumnReport> reports = new ArrayList<>();
        for (int i = 0; i + 3 <= numbers.length; i += 3) {
          String column = guard.schema().getFields().get(i / 3).getName();
          CopyReason reason = CopyReason.values()[(int) numbers[i + 2]];
          reports.add(new ColumnReport(column, numbers[i], numbers[i + 1], reason));
        }
        return reports;
      } finally {
        writer.leave();
      }
    } finally {
      turn.end();
    }
  }

  /**
   * Waits until so many readers are attached.
   *
   * @param readers how many
   * @param timeout negative for ever
   */
  public void waitForReaders(int readers, Duration timeout) {
    long handle = writer.enter();
    try {
      NativeBindings.writerWaitReaders(handle, readers, Arguments.millis(timeout, "timeout"));
    } finally {
      writer.leave();
    }
  }

  /**
   * Waits until every attached reader has read everything published; returns at once if there is
   * none.
   *
   * @param timeout negative for ever
   */
  public void waitUntilDrained(Duration timeout) {
    long handle = writer.enter();
    try {
      NativeBindings.writerWaitDrained(handle, Arguments.millis(timeout, "timeout"));
    } finally {
      writer.leave();
    }
  }

  /** Marks the end of the stream; waits for nobody. Twice is fine, writing afterwards isn't. */
  public void finish() {
    long handle = writer.enter();
    try {
      NativeBindings.writerFinish(handle);
    } finally {
      writer.leave();
    }
  }

  /**
   * The segment and what was written so far.
   *
   * @return a snapshot
   */
  public SegmentStatistics statistics() {
    return SegmentFigures.statistics(segment);
  }

  /**
   * The readers that are attached.
   *
   * @return one entry a reader
   */
  public List<ReaderState> readers() {
    return SegmentFigures.readers(segment);
  }

  /**
   * The segment's name.
   *
   * @return as given
   */
  public String name() {
    return name;
  }

  /**
   * Closes the writer; what it published stays readable. Without {@link #finish} before, readers
   * are told that the writer died once they have read everything. Twice is fine.
   *
   * @throws IllegalStateException if vectors of {@link #allocator} are still open; everything else
   *     is closed then
   */
  @Override
  public void close() {
    writer.close();
    segment.close();
    watch.clean();
    synchronized (this) {
      if (memory != null) {
        memory.close();
      }
    }
  }
}
