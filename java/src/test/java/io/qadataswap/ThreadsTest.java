package io.qadataswap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Closing while another thread is inside a call, and many threads at once. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class ThreadsTest extends Sandbox {
  private static final Duration FOR_EVER = Duration.ofSeconds(-1);

  /** On a thread of its own: the common pool has as many as there are cores. */
  private static CompletableFuture<Void> start(Runnable task) {
    return CompletableFuture.runAsync(task, call -> new Thread(call, "test").start());
  }

  private static Throwable failure(CompletableFuture<?> future) {
    try {
      future.get(60, TimeUnit.SECONDS);
      return null;
    } catch (Exception e) {
      return e.getCause() instanceof CompletionException inner ? inner.getCause() : e.getCause();
    }
  }

  @RepeatedTest(20)
  void closingAReaderWakesItsWaitingLoad() throws Exception {
    try (QadsWriter writer = writer("t").lifetime(Lifetime.UNTIL_CLOSED).create()) {
      write(writer, 1, 1);
      QadsReader reader = reader("t").timeout(FOR_EVER).open();
      assertTrue(reader.loadNextBatch());
      CountDownLatch started = new CountDownLatch(1);
      CompletableFuture<Void> load =
          start(
              () -> {
                started.countDown();
                reader.loadNextBatch();
              });
      started.await();
      Thread.sleep(2);
      reader.close();
      assertInstanceOf(IllegalStateException.class, failure(load));
    }
  }

  @ParameterizedTest
  @EnumSource(WaitMode.class)
  void anEventLoopIsToldOfEveryBatchAndOfTheEnd(WaitMode mode) throws Exception {
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").waitMode(mode).open()) {
      for (int value = 1; value <= 20; value++) {
        CompletableFuture<Void> readable = reader.readable();
        assertEquals(LoadResult.TIMEOUT, reader.tryLoad(Duration.ZERO));
        Thread.sleep(1);
        assertFalse(readable.isDone());
        write(writer, value, 1);
        assertNull(failure(readable));
        assertEquals(LoadResult.BATCH, reader.tryLoad(Duration.ZERO));
        assertNull(failure(reader.readable()), "nobody has said yet that nothing is left");
        assertEquals(LoadResult.TIMEOUT, reader.tryLoad(Duration.ZERO));
      }
      CompletableFuture<Void> end = reader.readable();
      writer.finish();
      assertNull(failure(end));
      assertEquals(LoadResult.END, reader.tryLoad(Duration.ZERO));
      assertNull(failure(reader.readable()));
    }
  }

  @Test
  void closingAReaderEndsItsEventLoopsWait() throws Exception {
    try (QadsWriter writer = writer("t").lifetime(Lifetime.UNTIL_CLOSED).create()) {
      QadsReader reader = reader("t").open();
      CompletableFuture<Void> readable = reader.readable();
      Thread.sleep(2);
      reader.close();
      assertInstanceOf(IllegalStateException.class, failure(readable));
      assertInstanceOf(IllegalStateException.class, failure(reader.readable()));
      writer.finish();
    }
  }

  @Test
  void aThreadThatWouldWaitForItselfIsTold() throws Exception {
    try (QadsWriter writer = writer("t").slots(1).timeout(FOR_EVER).create();
        QadsReader reader = reader("t").open()) {
      write(writer, 1, 1);
      QadsTimeoutException refused =
          assertThrows(QadsTimeoutException.class, () -> write(writer, 2, 1));
      assertTrue(
          refused.getMessage().contains("wait for ever for its own thread"), refused.getMessage());
      assertTrue(reader.loadNextBatch());
      writer.finish();
      assertFalse(reader.loadNextBatch());
    }
  }

  @Test
  void aWriteBehindAnotherOneKeepsItsOwnTimeout() throws Exception {
    try (QadsWriter writer =
            writer("t").slots(1).timeout(FOR_EVER).lifetime(Lifetime.UNTIL_CLOSED).create();
        VectorSchemaRoot third = numbers(3, 1)) {
      write(writer, 1, 1);
      CompletableFuture<Void> second = start(() -> write(writer, 2, 1));
      while (writer.statistics().stalls() == 0) {
        Thread.onSpinWait();
      }
      for (int ms : new int[] {0, 30}) {
        Thread.currentThread().interrupt();
        QadsTimeoutException refused =
            assertThrows(
                QadsTimeoutException.class, () -> writer.write(third, null, Duration.ofMillis(ms)));
        assertTrue(Thread.interrupted(), "an interrupt ends no wait, and isn't lost");
        assertTrue(
            refused.getMessage().contains("took longer than the " + ms + " ms of this one"),
            refused.getMessage());
      }
      try (QadsReader reader = reader("t").open()) {
        assertTrue(reader.loadNextBatch());
        assertTrue(reader.loadNextBatch());
        assertNull(failure(second));
      }
    }
  }

  @RepeatedTest(20)
  void closingAWriterWakesItsWaitingWrite() throws Exception {
    try (QadsReader reader = closedWhileWriting()) {
      assertEquals(LoadResult.BATCH, reader.tryLoad(LONG));
    }
    QadsSegments.remove("t", directory, true);
  }

  private QadsReader closedWhileWriting() throws Exception {
    QadsWriter writer = writer("t").slots(1).timeout(FOR_EVER).lifetime(Lifetime.KEEP).create();
    QadsReader reader = reader("t").open();
    write(writer, 1, 1);
    CountDownLatch started = new CountDownLatch(1);
    CompletableFuture<Void> second =
        start(
            () -> {
              started.countDown();
              write(writer, 2, 1);
            });
    started.await();
    Thread.sleep(2);
    writer.close();
    assertInstanceOf(IllegalStateException.class, failure(second));
    return reader;
  }

  @RepeatedTest(50)
  void closeRacesWithEveryCall() throws Exception {
    QadsWriter writer =
        writer("t").overflow(OverflowPolicy.DROP_OLDEST).slots(4).capacity(1 << 20).create();
    QadsReader reader = reader("t").loss(LossMode.COUNT).open();
    CompletableFuture<Void> writing =
        start(
            () -> {
              for (int i = 0; ; i++) {
                write(writer, i, 10);
              }
            });
    CompletableFuture<Void> reading =
        start(
            () -> {
              while (reader.loadNextBatch()) {
                try (QadsBatch kept = reader.keep()) {
                  number(kept.root());
                }
              }
            });
    CompletableFuture<Void> looking =
        start(
            () -> {
              while (true) {
                reader.statistics();
                writer.statistics();
                writer.readers();
                writer.lastWrite();
              }
            });
    Thread.sleep(5);
    CompletableFuture<Void> other = start(reader::close);
    reader.close();
    other.join();
    writer.close();
    assertInstanceOf(IllegalStateException.class, failure(reading));
    assertInstanceOf(IllegalStateException.class, failure(writing));
    assertInstanceOf(IllegalStateException.class, failure(looking));
  }

  @Test
  void writesOfManyThreadsFollowOneAnother() throws Exception {
    int threads = 4;
    int each = 200;
    try (QadsWriter writer = writer("t").create();
        QadsReader reader = reader("t").open()) {
      CompletableFuture<?>[] writing = new CompletableFuture<?>[threads];
      for (int t = 0; t < threads; t++) {
        writing[t] =
            start(
                () -> {
                  for (int i = 0; i < each; i++) {
                    write(writer, i, 1 + i % 50);
                  }
                });
      }
      CompletableFuture<Void> finishing = CompletableFuture.allOf(writing).thenRun(writer::finish);
      int batches = 0;
      while (reader.loadNextBatch()) {
        number(reader.getVectorSchemaRoot());
        batches++;
      }
      finishing.get(60, TimeUnit.SECONDS);
      assertEquals(threads * each, batches);
    }
  }

  @RepeatedTest(20)
  void closingAWriterWakesWaitingAllocations() throws Exception {
    QadsWriter writer = writer("t").capacity(1 << 20).timeout(FOR_EVER).create();
    write(writer, 1, 200_000);
    BufferAllocator arena = writer.allocator();
    CompletableFuture<?>[] waiting = new CompletableFuture<?>[3];
    for (int i = 0; i < waiting.length; i++) {
      waiting[i] = start(() -> arena.buffer(900_000).close());
    }
    while (arena.getAllocatedMemory() < 2_700_000) {
      Thread.sleep(1);
    }
    Thread.sleep(2);
    writer.close(); // doesn't take what they asked for for a leak
    for (CompletableFuture<?> one : waiting) {
      assertInstanceOf(IllegalStateException.class, failure(one));
    }
    QadsSegments.remove("t", directory, true);
  }
}
