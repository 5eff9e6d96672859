package io.qadataswap.internal;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** From Java's arguments to those of the C interface. */
public final class Arguments {
  private Arguments() {}

  /** Milliseconds: -1 for ever, 0 looks once; what is less than a millisecond is one. */
  public static long millis(Duration timeout, String what) {
    if (timeout == null) {
      throw new IllegalArgumentException(what + " is null");
    }
    if (timeout.isNegative()) {
      return -1;
    }
    if (timeout.toSeconds() >= Long.MAX_VALUE / 1000 - 1) {
      return -1;
    }
    return timeout.plusNanos(999_999).toMillis();
  }

  /** UTF-8; null stays null. A zero byte can't travel. */
  public static byte[] text(String text, String what) {
    if (text == null) {
      return null;
    }
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(what + " has a zero byte in it");
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** A segment's name. */
  public static byte[] name(String name) {
    if (name == null) {
      throw new IllegalArgumentException("the segment's name is null");
    }
    return text(name, "the segment's name");
  }

  /** A directory; null is the default one. */
  public static byte[] directory(Path directory) {
    return directory == null ? null : text(directory.toString(), "the directory");
  }

  /** An argument that mustn't be null. */
  public static <T> T required(T argument, String what) {
    if (argument == null) {
      throw new IllegalArgumentException(what + " is null");
    }
    return argument;
  }
}
