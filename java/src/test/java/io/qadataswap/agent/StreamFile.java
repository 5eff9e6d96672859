package io.qadataswap.agent;

import io.qadataswap.QadsUnsupportedTypeException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ReadChannel;
import org.apache.arrow.vector.ipc.message.MessageMetadataResult;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Field;

/** An Arrow IPC stream file that is read. */
final class StreamFile {
  private StreamFile() {}

  /** Reads all of it. */
  static void check(Path file, BufferAllocator allocator) throws IOException {
    try (ArrowStreamReader reader = open(file, allocator)) {
      boolean more = true;
      while (more) {
        more = load(reader);
      }
    }
  }

  private static boolean load(ArrowStreamReader reader) throws IOException {
    try {
      return reader.loadNextBatch();
    } catch (RuntimeException e) {
      throw new IOException("the input is broken: " + e, e);
    }
  }

  /** Opens it; a type that Arrow's Java library can't carry is named with its field. */
  static ArrowStreamReader open(Path file, BufferAllocator allocator) throws IOException {
    ArrowStreamReader reader =
        new ArrowStreamReader(new BufferedInputStream(Files.newInputStream(file)), allocator);
    boolean done = false;
    try {
      reader.getVectorSchemaRoot();
      done = true;
    } catch (RuntimeException e) {
      throw new QadsUnsupportedTypeException(blame(file, allocator) + ": " + e.getMessage());
    } finally {
      if (!done) {
        reader.close();
      }
    }
    return reader;
  }

  /** Which field of the file's schema can't be converted. */
  private static String blame(Path file, BufferAllocator allocator) throws IOException {
    try (InputStream stream = Files.newInputStream(file)) {
      MessageMetadataResult message =
          MessageSerializer.readMessage(new ReadChannel(Channels.newChannel(stream)));
      org.apache.arrow.flatbuf.Schema schema = new org.apache.arrow.flatbuf.Schema();
      message.getMessage().header(schema);
      for (int i = 0; i < schema.fieldsLength(); i++) {
        String found = blame(schema.fields(i), "", allocator);
        if (found != null) {
          return found;
        }
      }
    }
    return "the schema";
  }

  private static String blame(
      org.apache.arrow.flatbuf.Field field, String parent, BufferAllocator allocator) {
    String path = parent + field.name();
    for (int i = 0; i < field.childrenLength(); i++) {
      String found = blame(field.children(i), path + ".", allocator);
      if (found != null) {
        return found;
      }
    }
    try {
      Field.convertField(field).createVector(allocator).close();
      return null;
    } catch (RuntimeException e) {
      return "column '" + path + "', type " + Type.name(field.typeType());
    }
  }
}
