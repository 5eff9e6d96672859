package io.qadataswap.internal;

import io.qadataswap.QadsTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Whose turn it is among the threads of one writer. Like a monitor, but nobody waits for it longer
 * than his own timeout. As everywhere here, {@link Thread#interrupt} doesn't end a wait.
 */
public final class Turn {
  private final String segment;
  private final ReentrantLock lock = new ReentrantLock();

  /**
   * @param segment the name for messages
   */
  public Turn(String segment) {
    this.segment = segment;
  }

  /** Waits as long as the other thread's call takes. */
  public void take() {
    lock.lock();
  }

  /**
   * Waits for the other thread's call.
   *
   * @param timeoutMs negative for ever
   * @return what is left of it for the call itself
   * @throws QadsTimeoutException if it is over before the other call is
   */
  public long take(long timeoutMs) {
    if (timeoutMs < 0) {
      lock.lock();
      return timeoutMs;
    }
    if (lock.tryLock()) {
      return timeoutMs;
    }
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    if (!waitUntil(end)) {
      throw new QadsTimeoutException(
          "segment '%s': another call of this writer took longer than the %d ms of this one"
              .formatted(segment, timeoutMs));
    }
    return Math.max(0, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()));
  }

  private boolean waitUntil(long end) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return lock.tryLock(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Lets the next thread have its turn. */
  public void end() {
    lock.unlock();
  }
}
