package io.qadataswap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.qadataswap.QadsEvent.Kind;
import io.qadataswap.QadsEvent.Level;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens to segments comes to the listener and to the logger. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class EventsTest extends Sandbox {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final List<QadsEvent> events = new CopyOnWriteArrayList<>();
  @TempDir Path folder;

  @BeforeEach
  void listen() {
    QadsEvents.setListener(events::add);
  }

  @AfterEach
  void listenNoMore() {
    QadsEvents.setListener(null);
  }

  /** The first event of this kind, within a minute. */
  private QadsEvent waitFor(Kind kind) throws InterruptedException {
    for (long end = System.nanoTime() + MINUTE; System.nanoTime() < end; Thread.sleep(1)) {
      for (QadsEvent event : events) {
        if (event.kind() == kind) {
          return event;
        }
      }
    }
    throw new AssertionError("no " + kind + " in " + events);
  }

  private static long pid() {
    return ProcessHandle.current().pid();
  }

  @Test
  void attachingLeavingAndTheLifeOfTheName() {
    try (QadsWriter writer = writer("life").create()) {
      write(writer, 1, 1);
      try (QadsReader reader = reader("life").open()) {
        assertTrue(reader.loadNextBatch());
        writer.finish();
        assertFalse(reader.loadNextBatch());
      }
    }
    assertEquals(
        List.of(Kind.CREATED, Kind.READER_ATTACHED, Kind.REMOVED, Kind.READER_LEFT),
        events.stream().map(QadsEvent::kind).toList());
    QadsEvent attached = events.get(1);
    assertEquals("life", attached.segment());
    assertEquals(Level.INFO, attached.level());
    assertEquals(
        List.of(0L, pid(), 1L),
        List.of((long) attached.entry(), attached.pid(), attached.batches()));
    assertEquals(
        "segment 'life': reader 0 (pid "
            + pid()
            + ", this process) attached at batch 0, with 1 batch to read",
        attached.message());
    assertEquals(-1, events.get(0).entry());
  }

  @Test
  void lagNamesTheReader() throws Exception {
    try (QadsWriter writer = writer("lags").slots(1).timeout(Duration.ofMinutes(1)).create();
        QadsReader reader = reader("lags").open()) {
      write(writer, 1, 1);
      Thread blocked = new Thread(() -> write(writer, 2, 1));
      blocked.start();
      QadsEvent lags = waitFor(Kind.READER_LAGS);
      assertTrue(reader.loadNextBatch());
      assertTrue(reader.loadNextBatch());
      blocked.join();
      assertEquals(Level.WARNING, lags.level());
      assertEquals(
          List.of(0L, pid(), 1L), List.of((long) lags.entry(), lags.pid(), lags.batches()));
      assertTrue(lags.waited().toMillis() >= 1000, lags.toString());
      assertTrue(lags.message().contains(", this process) is 1 batch behind"), lags.message());
      writer.finish();
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void evictionNamesTheReader() throws Exception {
    try (QadsWriter writer =
            writer("evicts").slots(1).evictAfter(SHORT).lifetime(Lifetime.UNTIL_CLOSED).create();
        QadsReader reader = reader("evicts").open()) {
      write(writer, 1, 1);
      writer.waitUntilDrained(Duration.ofMinutes(1)); // no reader is left to wait for
      assertEquals(0, waitFor(Kind.READER_EVICTED).entry());
      assertThrows(QadsEvictedException.class, reader::loadNextBatch);
    }
  }

  @Test
  void lossesAreCounted() throws Exception {
    try (QadsWriter writer =
            writer("loses").slots(2).overflow(OverflowPolicy.DROP_OLDEST).create();
        QadsReader reader = reader("loses").loss(LossMode.COUNT).open()) {
      for (int i = 0; i < 5; i++) {
        write(writer, i, 1);
      }
      assertTrue(reader.loadNextBatch());
      QadsEvent lost = waitFor(Kind.BATCHES_LOST);
      assertEquals(3, lost.batches());
      assertTrue(lost.message().contains("lost 3 batches"), lost.message());
    }
  }

  /** A process that logs what it is told, and is killed. */
  @Test
  void theDeadAreNamedAndOtherProcessesLogTheirOwn() throws Exception {
    try (QadsWriter writer = writer("reaps").slots(1).lifetime(Lifetime.UNTIL_CLOSED).create()) {
      Path said = folder.resolve("said");
      Process reading = LoggingReader.start("reaps", directory, said);
      try {
        writer.waitForReaders(1, Duration.ofMinutes(1));
        String about =
            "segment 'reaps': reader 0 (pid " + reading.pid() + ", this process) attached";
        String line = "INFO io.qadataswap.QadsEvents - " + about;
        for (long end = System.nanoTime() + MINUTE; !Files.readString(said).contains(line); ) {
          assertTrue(System.nanoTime() < end, Files.readString(said));
          Thread.sleep(10);
        }
        assertFalse(Files.readString(said).contains("in native method"), Files.readString(said));
      } finally {
        reading.destroyForcibly().waitFor();
      }
      write(writer, 1, 1);
      writer.waitUntilDrained(Duration.ofMinutes(1)); // the dead hold nobody up
      QadsEvent reaped = waitFor(Kind.READER_REAPED);
      assertEquals(reading.pid(), reaped.pid());
      assertEquals(Level.WARNING, reaped.level());
    }
  }

  /**
   * slf4j-simple asks for System.err each time, and is told by the build to be open for this
   * logger.
   */
  @Test
  void theLoggerHearsOfItWithoutAListener() {
    QadsEvents.setListener(null);
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try (QadsWriter writer = writer("logged").lifetime(Lifetime.UNTIL_CLOSED).create()) {
      assertEquals(0, writer.statistics().head());
    } finally {
      System.setErr(before);
    }
    String text = said.toString(StandardCharsets.UTF_8);
    assertTrue(
        text.contains("INFO io.qadataswap.QadsEvents - segment 'logged': created as "), text);
    assertEquals(List.of(), events);
  }

  @Test
  void aListenerThatThrowsHarmsNobody() {
    List<Throwable> uncaught = new CopyOnWriteArrayList<>();
    Thread thread = Thread.currentThread();
    Thread.UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
    thread.setUncaughtExceptionHandler((in, error) -> uncaught.add(error));
    QadsEvents.setListener(
        event -> {
          throw new IllegalStateException(event.message());
        });
    try (QadsWriter writer = writer("throws").lifetime(Lifetime.UNTIL_CLOSED).create()) {
      write(writer, 1, 1);
    } finally {
      thread.setUncaughtExceptionHandler(before);
    }
    assertEquals(2, uncaught.size(), uncaught.toString());
    assertTrue(uncaught.get(0).getMessage().startsWith("segment 'throws': created as "));
  }
}
