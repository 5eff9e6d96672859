package io.qadataswap;

import io.qadataswap.internal.Arguments;
import io.qadataswap.internal.BatchSource;
import io.qadataswap.internal.NativeBindings;
import io.qadataswap.internal.NativeHandle;
import io.qadataswap.internal.Readiness;
import io.qadataswap.internal.SchemaReader;
import io.qadataswap.internal.SegmentFigures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Reads the batches of a segment, without copying them: the vectors of {@link #getVectorSchemaRoot}
 * lie in the segment's read-only memory until the next load. <b>Writing into them ends the
 * process</b>, and some calls of Arrow's vectors write: set, setSafe, reset, growing the row count.
 * {@link Builder#copyBatches} gives vectors in ordinary memory instead; {@link #keep} holds a batch
 * for longer.
 *
 * <p>Loading waits up to the reader's timeout for the writer and then throws {@link
 * QadsTimeoutException}. After the last batch a load returns false if the writer finished, and
 * throws {@link QadsWriterDiedException} if it died or closed without.
 *
 * <p>One thread at a time loads batches and reads the vectors. The figures may be asked for by any
 * thread at any time, and {@link #close} may come from any thread too: a load that waits ends with
 * {@link IllegalStateException}. Like every Arrow reader, close lets go of the loaded vectors, so
 * nobody may be reading those at that moment; what {@link #keep} returned isn't touched. {@link
 * Thread#interrupt} doesn't end a wait.
 *
 * <p>A buffer or vector of the root is the root's: to hold it beyond the next load, retain or
 * transfer it, or use {@link #keep}. What was only looked at may be another batch's afterwards.
 *
 * <p>Close the reader before its allocator. A batch that is still held shows up in the allocator
 * like any other buffer.
 */
public final class QadsReader extends ArrowReader {
  private static final LoadResult[] RESULTS = LoadResult.values();

  private final String name;
  private final long timeoutMs;
  private final boolean copying;
  private final NativeHandle segment;
  private final NativeHandle reader;
  private final Cleaner.Cleanable watch;
  private final ReentrantLock loading = new ReentrantLock();
  private volatile boolean closed;
  private BatchSource source;
  private Schema schema;
  private boolean initializing;
  private long schemaTimeoutMs;

  private QadsReader(Builder options) {
    super(options.allocator);
    name = options.name;
    timeoutMs = Arguments.millis(options.timeout, "timeout");
    copying = options.copying;
    schemaTimeoutMs = timeoutMs;
    byte[] directory = Arguments.directory(options.directory);
    long attachMs = Arguments.millis(options.waitForSegment, "waitForSegment");
    long arena = NativeBindings.attachArena(Arguments.name(name), directory, 0, attachMs);
    segment = new NativeHandle(NativeHandle.Kind.SEGMENT, arena, name);
    boolean done = false;
    try {
      long address =
          NativeBindings.attachReader(
              arena, options.start.ordinal(), options.wait.ordinal(), options.loss.ordinal());
      reader = new NativeHandle(NativeHandle.Kind.READER, address, name);
      done = true;
    } finally {
      if (!done) {
        segment.close();
      }
    }
    watch = NativeHandle.watch(this, reader, segment);
  }

  /**
   * Opens a segment that exists, with the default options.
   *
   * @param name the segment's name
   * @param allocator what the batches are charged to
   * @return a reader at the oldest message retained
   */
  public static QadsReader open(String name, BufferAllocator allocator) {
    return builder(name, allocator).open();
  }

  /**
   * Begins to open a segment.
   *
   * @param name the segment's name
   * @param allocator what the batches are charged to
   * @return options to set
   */
  public static Builder builder(String name, BufferAllocator allocator) {
    return new Builder(name, allocator);
  }

  /**
   * Loads the next batch, waiting up to the reader's timeout.
   *
   * @return false at the end of the stream
   * @throws QadsTimeoutException if none came in time
   */
  @Override
  public boolean loadNextBatch() {
    return switch (load(timeoutMs)) {
      case BATCH -> true;
      case END -> false;
      case TIMEOUT ->
          throw new QadsTimeoutException(
              "segment '" + name + "': no batch within " + timeoutMs + " ms");
    };
  }

  /**
   * Loads the next batch, waiting for a time of its own. Not finding one isn't an error.
   *
   * @param timeout zero looks once, negative waits for ever
   * @return how it ended
   */
  public LoadResult tryLoad(Duration timeout) {
    return load(Arguments.millis(timeout, "timeout"));
  }

  private LoadResult load(long waitMs) {
    loading.lock();
    try {
      checkOpen();
      long handle = reader.enter();
      try {
        if (source == null) {
          schemaTimeoutMs = waitMs;
          ensureInitialized();
        }
        return RESULTS[-source.next(handle, waitMs)];
      } catch (QadsTimeoutException e) {
        return LoadResult.TIMEOUT; // no schema yet
      } catch (QadsEndOfStreamException e) {
        return LoadResult.END; // ended without one
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        schemaTimeoutMs = timeoutMs;
        reader.leave();
      }
    } finally {
      loading.unlock();
    }
  }

  /**
   * Tells when there is something to load, for event loops: {@code
   * reader.readable().thenRunAsync(drain, eventLoop)}, where {@code drain} calls {@link #tryLoad}
   * with a timeout of zero until it finds nothing, and then asks again. The end of the stream, and
   * whatever a load throws, are something to load as well.
   *
   * <p>Any thread. Until it completes, a daemon thread of this library waits for it.
   *
   * @return completes when a load would not wait; exceptionally, with {@link
   *     IllegalStateException}, if the reader is closed
   */
  public CompletableFuture<Void> readable() {
    return Readiness.of(reader);
  }

  /**
   * Holds the batch that is loaded beyond the next load, sharing its memory. It keeps its place in
   * the segment until it is closed, so mind the number of slots.
   *
   * @return the batch, to be closed by the caller, also after this reader
   */
  public QadsBatch keep() {
    loading.lock();
    try {
      checkOpen();
      reader.enter();
      try {
        if (source == null || !source.hasBatch()) {
          throw new IllegalStateException("segment '" + name + "': no batch is loaded");
        }
        return new QadsBatch(source.keep(this), source.tables().sequence());
      } finally {
        reader.leave();
      }
    } finally {
      loading.unlock();
    }
  }

  /**
   * The root into which batches are loaded; waits for the schema, up to the reader's timeout.
   *
   * @return the same root for every batch; only this reader closes it
   */
  @Override
  public VectorSchemaRoot getVectorSchemaRoot() {
    checkOpen();
    try {
      return super.getVectorSchemaRoot();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The dictionaries of the batch that is loaded. Ids count from 0 in the order of the columns.
   *
   * @return by id
   */
  @Override
  public Map<Long, Dictionary> getDictionaryVectors() {
    checkOpen();
    try {
      return super.getDictionaryVectors();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Dictionary lookup(long id) {
    checkOpen();
    return super.lookup(id);
  }

  @Override
  public Set<Long> getDictionaryIds() {
    return getDictionaryVectors().keySet();
  }

  private void checkOpen() {
    if (closed || reader.isClosed()) {
      throw new IllegalStateException("the reader of '" + name + "' is closed");
    }
  }

  @Override
  protected void ensureInitialized() throws IOException {
    loading.lock();
    try {
      if (source == null && !initializing) {
        initializing = true; // getVectorSchemaRoot comes back here
        try {
          super.ensureInitialized();
          source = new BatchSource(super.getVectorSchemaRoot(), this, allocator, copying, name);
        } finally {
          initializing = false;
        }
      }
    } finally {
      loading.unlock();
    }
  }

  @Override
  protected Schema readSchema() {
    if (schema == null) {
      long handle = reader.enter();
      try {
        schema = SchemaReader.read(NativeBindings.readerGetSchema(handle, schemaTimeoutMs), name);
      } finally {
        reader.leave();
      }
    }
    return schema;
  }

  @Override
  protected void initialize() throws IOException {
    readSchema();
    try {
      super.initialize();
    } catch (QadsException | OutOfMemoryException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new QadsUnsupportedTypeException(
          "segment '" + name + "', " + blame() + ": Java can't carry it: " + e);
    }
  }

  /** What of the schema Arrow has no vectors for. */
  private String blame() {
    for (Field field : schema.getFields()) {
      try {
        field.createVector(allocator).close();
      } catch (RuntimeException e) {
        return "column '" + field.getName() + "', type " + field;
      }
    }
    return "schema " + schema;
  }

  /**
   * The number of the batch that is loaded, since the segment began.
   *
   * @return from 0; -1 before the first load
   */
  public long sequence() {
    checkOpen();
    return source == null || !source.hasBatch() ? -1 : source.tables().sequence();
  }

  /**
   * Whether the batch that is loaded is the last of its message.
   *
   * @return true also for a message of one batch
   */
  public boolean endsMessage() {
    checkOpen();
    return source != null && source.hasBatch() && source.tables().isLast();
  }

  /**
   * Batches lost just before the one that is loaded, for a reader that counts losses.
   *
   * @return 0 if none
   */
  public long lostBefore() {
    checkOpen();
    return source == null || !source.hasBatch() ? 0 : source.tables().lostBefore();
  }

  /**
   * What this reader has done so far.
   *
   * @return a snapshot, also while another thread waits in it
   */
  public ReaderStatistics statistics() {
    long handle = reader.enter();
    try {
      return BatchSource.statistics(handle);
    } finally {
      reader.leave();
    }
  }

  /**
   * The segment and its writer.
   *
   * @return a snapshot
   */
  public SegmentStatistics segmentStatistics() {
    return SegmentFigures.statistics(segment);
  }

  /**
   * Bytes of the batches read so far.
   *
   * @return bytes in the segment
   */
  @Override
  public long bytesRead() {
    return statistics().bytes();
  }

  /**
   * Gives up the reader's place and lets go of the loaded batch; kept batches stay. Twice is fine.
   */
  @Override
  public void close() {
    close(true);
  }

  /**
   * Closes the vectors, so that nothing can be loaded any more, and gives up the reader's place if
   * it is told to; a later {@link #close()} does so otherwise.
   *
   * @param closeReadSource whether to give up the place
   */
  @Override
  public void close(boolean closeReadSource) {
    if (closeReadSource) {
      reader.close();
    }
    loading.lock();
    try {
      closed = true;
      if (source != null) {
        source.drop();
      }
      super.close(closeReadSource);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      loading.unlock();
    }
  }

  @Override
  protected void closeReadSource() {
    segment.close();
    watch.clean();
  }

  /** The options of a reader. */
  public static final class Builder {
    private final String name;
    private final BufferAllocator allocator;
    private Path directory;
    private Duration timeout = Duration.ofSeconds(30);
    private Duration waitForSegment = Duration.ZERO;
    private StartPosition start = StartPosition.EARLIEST;
    private LossMode loss = LossMode.ERROR;
    private WaitMode wait = WaitMode.ADAPTIVE;
    private boolean copying;

    private Builder(String name, BufferAllocator allocator) {
      this.name = name;
      this.allocator = Arguments.required(allocator, "allocator");
    }

    /**
     * Where segments are.
     *
     * @param directory default: the environment's QADS_DIR, else /dev/shm
     * @return this
     */
    public Builder directory(Path directory) {
      this.directory = directory;
      return this;
    }

    /**
     * How long a load waits.
     *
     * @param timeout default 30 s; negative for ever
     * @return this
     */
    public Builder timeout(Duration timeout) {
      this.timeout = Arguments.required(timeout, "timeout");
      return this;
    }

    /**
     * How long to wait for the segment to appear.
     *
     * @param timeout default zero
     * @return this
     */
    public Builder waitForSegment(Duration timeout) {
      this.waitForSegment = Arguments.required(timeout, "waitForSegment");
      return this;
    }

    /**
     * Where to begin.
     *
     * @param start default earliest
     * @return this
     */
    public Builder start(StartPosition start) {
      this.start = Arguments.required(start, "start");
      return this;
    }

    /**
     * What an overrun does.
     *
     * @param loss default an exception
     * @return this
     */
    public Builder loss(LossMode loss) {
      this.loss = Arguments.required(loss, "loss");
      return this;
    }

    /**
     * How to wait.
     *
     * @param wait default adaptive
     * @return this
     */
    public Builder waitMode(WaitMode wait) {
      this.wait = Arguments.required(wait, "waitMode");
      return this;
    }

    /**
     * Whether to copy each batch out of the segment, into vectors that may be written to. Its place
     * there is free again at once.
     *
     * @param copy default false
     * @return this
     */
    public Builder copyBatches(boolean copy) {
      this.copying = copy;
      return this;
    }

    /**
     * Attaches to the segment.
     *
     * @return a reader to be closed
     * @throws QadsNotFoundException if there is none, also after waiting for it; a directory that
     *     doesn't exist has none
     */
    public QadsReader open() {
      return new QadsReader(this);
    }
  }
}
