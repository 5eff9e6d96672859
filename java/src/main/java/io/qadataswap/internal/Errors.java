package io.qadataswap.internal;

import io.qadataswap.QadsCorruptException;
import io.qadataswap.QadsEndOfStreamException;
import io.qadataswap.QadsEvictedException;
import io.qadataswap.QadsExistsException;
import io.qadataswap.QadsFilesystemException;
import io.qadataswap.QadsForeignException;
import io.qadataswap.QadsForkedException;
import io.qadataswap.QadsInternalException;
import io.qadataswap.QadsNoMemoryException;
import io.qadataswap.QadsNoSpaceException;
import io.qadataswap.QadsNotFoundException;
import io.qadataswap.QadsOverrunException;
import io.qadataswap.QadsPermissionException;
import io.qadataswap.QadsProducerException;
import io.qadataswap.QadsSchemaMismatchException;
import io.qadataswap.QadsStatus;
import io.qadataswap.QadsSystemException;
import io.qadataswap.QadsTimeoutException;
import io.qadataswap.QadsTooManyReadersException;
import io.qadataswap.QadsUnsupportedTypeException;
import io.qadataswap.QadsVersionException;
import io.qadataswap.QadsWouldNotFitException;
import io.qadataswap.QadsWriterDiedException;
import java.nio.charset.StandardCharsets;

/** From a status of the C interface to its exception. */
public final class Errors {
  private Errors() {}

  /** Called by the JNI layer. */
  static RuntimeException create(int code, byte[] message) {
    return create(status(code), new String(message, StandardCharsets.UTF_8));
  }

  /** The exception of a status. */
  public static RuntimeException create(QadsStatus status, String message) {
    return switch (status) {
      case TIMEOUT -> new QadsTimeoutException(message);
      case END_OF_STREAM -> new QadsEndOfStreamException(message);
      case WRITER_DIED -> new QadsWriterDiedException(message);
      case WOULD_NOT_FIT -> new QadsWouldNotFitException(message);
      case NO_SPACE -> new QadsNoSpaceException(message);
      case CORRUPT -> new QadsCorruptException(message);
      case SCHEMA_MISMATCH -> new QadsSchemaMismatchException(message);
      case OVERRUN -> new QadsOverrunException(message, 0);
      case EXISTS -> new QadsExistsException(message);
      case NOT_FOUND -> new QadsNotFoundException(message);
      case PERMISSION -> new QadsPermissionException(message);
      case INVALID -> new IllegalArgumentException(message);
      case UNSUPPORTED_TYPE -> new QadsUnsupportedTypeException(message);
      case CLOSED -> new IllegalStateException(message);
      case FORKED -> new QadsForkedException(message);
      case EVICTED -> new QadsEvictedException(message);
      case FOREIGN -> new QadsForeignException(message);
      case VERSION -> new QadsVersionException(message);
      case TOO_MANY_READERS -> new QadsTooManyReadersException(message);
      case SYSTEM -> new QadsSystemException(message);
      case NO_MEMORY -> new QadsNoMemoryException(message);
      case PRODUCER -> new QadsProducerException(message);
      case FILESYSTEM -> new QadsFilesystemException(message);
      case INTERNAL -> new QadsInternalException(message);
    };
  }

  private static QadsStatus status(int code) {
    for (QadsStatus status : QadsStatus.values()) {
      if (status.code() == code) {
        return status;
      }
    }
    return QadsStatus.INTERNAL;
  }
}
