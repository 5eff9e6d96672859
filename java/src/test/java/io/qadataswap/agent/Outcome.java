package io.qadataswap.agent;

import io.qadataswap.QadsException;
import io.qadataswap.QadsStatus;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/** How the agent ends: exit status and one line of error. */
record Outcome(int code, String line) {
  static final int DONE = 0;
  private static final int ERROR = 1;
  private static final int USAGE = 2;
  private static final int TYPE = 3;
  private static final int TIMEOUT = 4;
  private static final int WRITER_DIED = 5;
  private static final int LOST = 6;
  private static final int CORRUPT = 7;

  /** Batches were lost, or another failure after that. */
  static final class LostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LostException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  static Outcome of(Throwable failure) {
    if (failure instanceof LostException lost) {
      if (lost.getCause() == null) {
        return line(LOST, QadsStatus.OVERRUN.kind(), lost.getMessage());
      }
      Outcome cause = of(lost.getCause());
      return new Outcome(cause.code, cause.line + " " + lost.getMessage());
    }
    if (failure instanceof AgentOptions.UsageException) {
      return line(USAGE, "usage", failure.getMessage());
    }
    if (failure instanceof QadsException known) {
      return line(code(known.status()), known.kind(), failure.getMessage());
    }
    if (failure instanceof IllegalArgumentException) {
      return line(ERROR, QadsStatus.INVALID.kind(), failure.getMessage());
    }
    if (failure instanceof IllegalStateException) {
      return line(ERROR, QadsStatus.CLOSED.kind(), failure.getMessage());
    }
    if (failure instanceof ReadCommand.ChangedException) {
      return line(ERROR, "changed", failure.getMessage());
    }
    if (failure instanceof NoSuchFileException) {
      return line(ERROR, "error", "no such file: " + failure.getMessage());
    }
    if (failure instanceof ExceptionInInitializerError && failure.getCause() != null) {
      return of(failure.getCause());
    }
    if (failure.getClass() == RuntimeException.class
        && failure.getCause() instanceof IOException cause) {
      return of(cause); // as Arrow's writers have it when they are closed
    }
    String kind = failure instanceof IOException ? "error" : QadsStatus.INTERNAL.kind();
    return line(ERROR, kind, String.valueOf(failure));
  }

  private static int code(QadsStatus status) {
    return switch (status) {
      case TIMEOUT, NOT_FOUND -> TIMEOUT;
      case WRITER_DIED -> WRITER_DIED;
      case UNSUPPORTED_TYPE -> TYPE;
      case OVERRUN -> LOST;
      case CORRUPT -> CORRUPT;
      default -> ERROR;
    };
  }

  private static Outcome line(int code, String kind, String message) {
    return new Outcome(code, kind + ": " + String.valueOf(message).replaceAll("\\s*\\R\\s*", " "));
  }
}
