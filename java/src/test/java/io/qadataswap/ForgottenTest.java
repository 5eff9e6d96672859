package io.qadataswap;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A reader that nobody closed is reported, and holds nobody up for ever. */
class ForgottenTest extends Sandbox {
  /** slf4j-simple, which the tests have, writes to what is System.err at the time. */
  @Test
  void aForgottenReaderIsReportedAndClosed() throws InterruptedException {
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try (QadsWriter writer = writer("t").lifetime(Lifetime.UNTIL_CLOSED).create()) {
      WeakReference<QadsReader> forgotten = forget();
      for (int i = 0; i < 100 && !writer.readers().isEmpty(); i++) {
        System.gc();
        Thread.sleep(20);
      }
      assertTrue(writer.readers().isEmpty());
      assertTrue(forgotten.refersTo(null));
    } finally {
      System.setErr(before);
    }
    String text = said.toString(StandardCharsets.UTF_8);
    assertTrue(text.contains("QadsReader of 't' was never closed"), text);
  }

  private WeakReference<QadsReader> forget() {
    return new WeakReference<>(reader("t").open());
  }
}
