package io.qadataswap.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Waits for event loops, which can't. */
public final class Readiness {
  private static final int LOOK_MS = 100; // whether the reader was closed meanwhile

  /** One thread for each future that isn't complete; kept for a minute for the next one. */
  private static final ExecutorService THREADS =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "qadataswap-readable");
            thread.setDaemon(true);
            return thread;
          });

  private Readiness() {}

  /**
   * When there is something to take.
   *
   * @param reader of kind READER
   * @return completes then; exceptionally once the reader is closed
   */
  public static CompletableFuture<Void> of(NativeHandle reader) {
    return CompletableFuture.runAsync(() -> await(reader), THREADS);
  }

  private static void await(NativeHandle reader) {
    boolean found;
    do {
      long handle = reader.enter();
      try {
        found = NativeBindings.readerIsReadable(handle, LOOK_MS);
      } finally {
        reader.leave();
      }
    } while (!found);
  }
}
