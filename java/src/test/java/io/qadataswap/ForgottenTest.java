package io.qadataswap;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** A reader that nobody closed is reported, and holds nobody up for ever. */
class ForgottenTest extends Sandbox {
  @Test
  void aForgottenReaderIsReportedAndClosed() throws InterruptedException {
    List<String> messages = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord message) {
            messages.add(new java.util.logging.SimpleFormatter().formatMessage(message));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger("io.qadataswap");
    logger.addHandler(handler);
    try (QadsWriter writer = writer("t").lifetime(Lifetime.UNTIL_CLOSED).create()) {
      WeakReference<QadsReader> forgotten = forget();
      for (int i = 0; i < 100 && !writer.readers().isEmpty(); i++) {
        System.gc();
        Thread.sleep(20);
      }
      assertTrue(writer.readers().isEmpty());
      assertTrue(forgotten.refersTo(null));
    } finally {
      logger.removeHandler(handler);
    }
    assertTrue(messages.contains("QadsReader of 't' was never closed"), messages.toString());
  }

  private WeakReference<QadsReader> forget() {
    return new WeakReference<>(reader("t").open());
  }
}
