package io.qadataswap.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Waits for event loops, which can't. */
public final class Readiness {
  /** How soon it is noticed that the reader was closed, or that nobody wants to know any more. */
  private static final int LOOK_MS = 100;

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
    CompletableFuture<Void> future = new CompletableFuture<>();
    THREADS.execute(
        () -> {
          try {
            while (!future.isDone() && !look(reader)) {}
            future.complete(null);
          } catch (RuntimeException e) {
            future.completeExceptionally(e);
          }
        });
    return future;
  }

  private static boolean look(NativeHandle reader) {
    long handle = reader.enter();
    boolean found;
    try {
      found = NativeBindings.readerIsReadable(handle, LOOK_MS);
    } finally {
      reader.leave();
    }
    if (found) {
      reader.enter(); // closing makes it readable as well
      reader.leave();
    }
    return found;
  }
}
