package io.qadataswap.internal;

import io.qadataswap.QadsEvent;
import io.qadataswap.QadsEvents;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the core's events come out. Must not use {@link NativeBindings}, which loads this class.
 */
public final class EventSink {
  private static final Logger LOGGER = LoggerFactory.getLogger(QadsEvents.class);

  private static volatile Consumer<QadsEvent> listener;

  private EventSink() {}

  /** As {@link QadsEvents#setListener}. */
  public static void setListener(Consumer<QadsEvent> wanted) {
    listener = wanted;
  }

  /** Called by the JNI layer, in the thread that noticed it; texts are UTF-8. */
  static void tell(
      int kind,
      int level,
      byte[] segment,
      byte[] message,
      int entry,
      long pid,
      long batches,
      long waitedNs) {
    try {
      boolean warning = level > 1;
      boolean logged = warning ? LOGGER.isWarnEnabled() : LOGGER.isInfoEnabled();
      Consumer<QadsEvent> told = listener;
      if (!logged && told == null) {
        return;
      }
      String sentence = new String(message, StandardCharsets.UTF_8);
      if (logged && warning) {
        LOGGER.warn(sentence);
      } else if (logged) {
        LOGGER.info(sentence);
      }
      if (told != null) {
        told.accept(
            new QadsEvent(
                QadsEvent.Kind.values()[kind - 1],
                QadsEvent.Level.values()[level - 1],
                new String(segment, StandardCharsets.UTF_8),
                sentence,
                entry,
                pid,
                batches,
                Duration.ofNanos(waitedNs)));
      }
    } catch (RuntimeException | Error e) {
      // The call that it was told from is not to blame.
      Thread thread = Thread.currentThread();
      thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
    }
  }
}
