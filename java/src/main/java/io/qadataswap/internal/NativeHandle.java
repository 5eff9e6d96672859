package io.qadataswap.internal;

import io.qadataswap.QadsEvents;
import java.lang.ref.Cleaner;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A native handle that can be closed while other threads are inside a call on it. Calls are
 * counted; the close wakes those that wait, and the last one to leave frees the memory.
 */
public final class NativeHandle {
  /** What is done with each kind of handle. */
  public enum Kind {
    /** A segment. */
    SEGMENT {
      @Override
      void close(long address) {
        NativeBindings.arenaClose(address);
      }

      @Override
      void free(long address) {
        NativeBindings.arenaFree(address);
      }
    },
    /** A writer. */
    WRITER {
      @Override
      void close(long address) {
        NativeBindings.writerClose(address);
      }

      @Override
      void free(long address) {
        NativeBindings.writerFree(address);
      }
    },
    /** A reader. */
    READER {
      @Override
      void close(long address) {
        NativeBindings.readerClose(address);
      }

      @Override
      void free(long address) {
        NativeBindings.readerFree(address);
      }
    };

    abstract void close(long address);

    abstract void free(long address);
  }

  private static final int CLOSED = Integer.MIN_VALUE;
  private static final Cleaner CLEANER = Cleaner.create();
  private static final Logger LOGGER = LoggerFactory.getLogger(QadsEvents.class);

  private final Kind kind;
  private final long address;
  private final String segment;

  /** Calls in flight, and the sign bit once it is closed. */
  private final AtomicInteger state = new AtomicInteger();

  /**
   * Takes ownership of a handle.
   *
   * @param segment the segment's name, for messages
   */
  public NativeHandle(Kind kind, long address, String segment) {
    this.kind = kind;
    this.address = address;
    this.segment = segment;
  }

  /** The address, for one call that ends with {@link #leave}. */
  public long enter() {
    int seen;
    do {
      seen = state.get();
      if (seen < 0) {
        throw new IllegalStateException(
            "the " + kind.name().toLowerCase(Locale.ROOT) + " of '" + segment + "' is closed");
      }
    } while (!state.compareAndSet(seen, seen + 1));
    return address;
  }

  /** Ends a call. */
  public void leave() {
    if (state.decrementAndGet() == CLOSED) {
      kind.free(address);
    }
  }

  /** Whether it was closed. */
  public boolean isClosed() {
    return state.get() < 0;
  }

  /** Closes it, from any thread, also while others are inside a call. Again does nothing. */
  public void close() {
    int seen = state.get();
    while (seen >= 0 && !state.compareAndSet(seen, (seen + 1) | CLOSED)) {
      seen = state.get();
    }
    if (seen >= 0) {
      try {
        kind.close(address);
      } finally {
        leave();
      }
    }
  }

  /** Reports and closes the handles if their owner is collected without having been closed. */
  public static Cleaner.Cleanable watch(Object owner, NativeHandle... handles) {
    String what = owner.getClass().getSimpleName() + " of '" + handles[0].segment + "'";
    return CLEANER.register(
        owner,
        () -> {
          if (!handles[0].isClosed()) {
            LOGGER.warn("{} was never closed", what);
          }
          for (NativeHandle handle : handles) {
            handle.close();
          }
        });
  }
}
