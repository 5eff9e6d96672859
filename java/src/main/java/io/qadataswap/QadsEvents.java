package io.qadataswap;

import io.qadataswap.internal.EventSink;
import java.util.function.Consumer;

/**
 * What happens to segments goes to the SLF4J logger {@code io.qadataswap.QadsEvents}, at the levels
 * info and warn, and to a listener of the program's own.
 *
 * <p>Both are called from inside calls of this library, by any thread, several at a time; the call
 * waits for them. They must not use writers, readers or their batches. Lag and stalls are told
 * after a second of waiting and then at most every ten seconds, losses of a reader at most every
 * second.
 */
public final class QadsEvents {
  private QadsEvents() {}

  /**
   * Tells {@code listener} of every event from now on, besides the logger; null ends it. What a
   * listener throws goes to its thread's handler of uncaught exceptions.
   *
   * @param listener called by any thread; null for none
   */
  public static void setListener(Consumer<QadsEvent> listener) {
    EventSink.setListener(listener);
  }
}
