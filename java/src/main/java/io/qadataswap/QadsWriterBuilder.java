package io.qadataswap;

import io.qadataswap.internal.Arguments;
import io.qadataswap.internal.NativeBindings;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/** The options of a segment and its writer. */
public final class QadsWriterBuilder {
  private static final long CORES_DEFAULT = Long.MIN_VALUE;

  final String name;
  Path directory;
  Duration timeout = Duration.ofSeconds(30);
  boolean trustNonNullable;
  DictionaryProvider dictionaries;
  WaitMode wait = WaitMode.ADAPTIVE;
  private long capacity = CORES_DEFAULT;
  private long schemaCapacity = CORES_DEFAULT;
  private long slots = CORES_DEFAULT;
  private long readerCapacity = CORES_DEFAULT;
  private OverflowPolicy overflow = OverflowPolicy.BLOCK;
  private Lifetime lifetime = Lifetime.DEFAULT;
  private Takeover takeover = Takeover.REPLACE;
  private int mode = 0600;
  private Duration evictAfter = Duration.ZERO;
  private int flags;

  QadsWriterBuilder(String name) {
    this.name = name;
  }

  /**
   * Where segments are. Creating one in a directory that doesn't exist is an {@link
   * IllegalArgumentException}: nothing could be there, and nobody makes the directory.
   *
   * @param directory default: the environment's QADS_DIR, else /dev/shm
   * @return this
   */
  public QadsWriterBuilder directory(Path directory) {
    this.directory = directory;
    return this;
  }

  /**
   * Bytes of the data area. Memory is taken only as it is used.
   *
   * @param bytes default 256 MiB
   * @return this
   */
  public QadsWriterBuilder capacity(long bytes) {
    this.capacity = bytes;
    return this;
  }

  /**
   * Bytes of the schema section.
   *
   * @param bytes default 4 MiB
   * @return this
   */
  public QadsWriterBuilder schemaCapacity(long bytes) {
    this.schemaCapacity = bytes;
    return this;
  }

  /**
   * Batches that can be published and unread or held at once.
   *
   * @param slots default 256
   * @return this
   */
  public QadsWriterBuilder slots(int slots) {
    this.slots = slots;
    return this;
  }

  /**
   * Readers that can be attached at once.
   *
   * @param readers default and most 64
   * @return this
   */
  public QadsWriterBuilder readerCapacity(int readers) {
    this.readerCapacity = readers;
    return this;
  }

  /**
   * What happens when the segment is full.
   *
   * @param policy default block
   * @return this
   */
  public QadsWriterBuilder overflow(OverflowPolicy policy) {
    this.overflow = Arguments.required(policy, "overflow");
    return this;
  }

  /**
   * When the name goes away.
   *
   * @param lifetime default by the overflow policy
   * @return this
   */
  public QadsWriterBuilder lifetime(Lifetime lifetime) {
    this.lifetime = Arguments.required(lifetime, "lifetime");
    return this;
  }

  /**
   * What is done with the name of a writer that finished or died.
   *
   * @param takeover default replace
   * @return this
   */
  public QadsWriterBuilder takeover(Takeover takeover) {
    this.takeover = Arguments.required(takeover, "takeover");
    return this;
  }

  /**
   * The file mode.
   *
   * @param mode default 0600; 0660 opens the segment to the file's group
   * @return this
   */
  public QadsWriterBuilder mode(int mode) {
    this.mode = mode;
    return this;
  }

  /**
   * How long a reader may keep a blocking writer waiting before it loses its place.
   *
   * @param time default zero: for ever
   * @return this
   * @throws IllegalArgumentException if it is negative
   */
  public QadsWriterBuilder evictAfter(Duration time) {
    if (Arguments.required(time, "evictAfter").isNegative()) {
      throw new IllegalArgumentException("segment '" + name + "': evictAfter is negative: " + time);
    }
    this.evictAfter = time;
    return this;
  }

  /**
   * Whether to touch all of the data area now instead of on first use.
   *
   * @param populate default false
   * @return this
   */
  public QadsWriterBuilder populate(boolean populate) {
    return flag(NativeBindings.ARENA_POPULATE, populate);
  }

  /**
   * Whether to take fields at their word that say they aren't nullable, children included: their
   * validity bitmaps are then neither read nor published, and readers see no null in them. Without
   * it the writer counts, which for a large batch that was built in place is all that it costs.
   *
   * @param trust default false
   * @return this
   */
  public QadsWriterBuilder trustNonNullable(boolean trust) {
    this.trustNonNullable = trust;
    return this;
  }

  /**
   * Whether to ask the kernel for huge pages.
   *
   * @param hugePages default false; a wish, granted where the system allows
   * @return this
   */
  public QadsWriterBuilder hugePages(boolean hugePages) {
    return flag(NativeBindings.ARENA_HUGE_PAGES, hugePages);
  }

  /**
   * How to wait for readers.
   *
   * @param wait default adaptive
   * @return this
   */
  public QadsWriterBuilder waitMode(WaitMode wait) {
    this.wait = Arguments.required(wait, "waitMode");
    return this;
  }

  /**
   * How long a write or an allocation waits for room.
   *
   * @param timeout default 30 s; negative for ever
   * @return this
   */
  public QadsWriterBuilder timeout(Duration timeout) {
    this.timeout = Arguments.required(timeout, "timeout");
    return this;
  }

  /**
   * The dictionaries of batches that are written without naming others.
   *
   * @param provider default none
   * @return this
   */
  public QadsWriterBuilder dictionaries(DictionaryProvider provider) {
    this.dictionaries = provider;
    return this;
  }

  /**
   * Creates the segment.
   *
   * @return its writer, to be closed
   * @throws QadsExistsException if the name has a live writer, or taking it over was refused
   * @throws IllegalArgumentException if the name or a number can't be, or the directory doesn't
   *     exist
   */
  public QadsWriter create() {
    return new QadsWriter(this);
  }

  long[] numbers() {
    long evictMs =
        Math.max(
            0, Arguments.millis(evictAfter, "evictAfter")); // -1, ages from now, is for ever too
    return new long[] {
      flags,
      capacity,
      schemaCapacity,
      slots,
      readerCapacity,
      overflow.ordinal(),
      lifetime.ordinal(),
      takeover.ordinal(),
      mode,
      evictMs
    };
  }

  private QadsWriterBuilder flag(int flag, boolean on) {
    flags = on ? flags | flag : flags & ~flag;
    return this;
  }
}
