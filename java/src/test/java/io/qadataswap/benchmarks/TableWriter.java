package io.qadataswap.benchmarks;

import io.qadataswap.QadsWriter;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.DataOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowFileWriter;

/**
 * The Java producer of tests/performance: hands a table over, again and again, by QADataSwap or as
 * an Arrow IPC file. Reads commands from its input, one a line, and answers each with a line of
 * numbers; leaves at the end of its input.
 *
 * <pre>
 * clock         System.nanoTime(), which is CLOCK_MONOTONIC on Linux
 * open          creates the segment
 * send NAME     sends the table by this way; when that began and ended
 * settle NAME   the consumer has let go of the table
 * </pre>
 */
public final class TableWriter implements AutoCloseable {
  private static final String SEGMENT = "benchmark-copied";
  private static final String QADATASWAP = "qadataswap";
  private static final String IPC_FILE = "ipc-file";
  private static final long LEAST_CAPACITY = 256L << 20;
  private static final int TABLES = 3;

  private final Path directory;
  private final Path file;
  private final DataOutputStream notices;
  private final BufferAllocator allocator = new RootAllocator();
  private final ArrowFileReader source;
  private final VectorSchemaRoot table;
  private QadsWriter writer;

  private TableWriter(int notices, Path directory, Path source) throws IOException {
    this.directory = directory;
    this.file = directory.resolve("table.arrow");
    this.notices =
        new DataOutputStream(
            new BufferedOutputStream(new FileOutputStream("/proc/self/fd/" + notices)));
    this.source = new ArrowFileReader(FileChannel.open(source, StandardOpenOption.READ), allocator);
    this.source.loadNextBatch();
    this.table = this.source.getVectorSchemaRoot();
  }

  /**
   * Arguments: number of the pipe that wakes the consumer, directory of segment and file, the table
   * as an Arrow IPC file of one batch.
   */
  public static void main(String[] words) throws IOException {
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (TableWriter writer =
        new TableWriter(Integer.parseInt(words[0]), Path.of(words[1]), Path.of(words[2]))) {
      for (String line = commands.readLine(); line != null; line = commands.readLine()) {
        System.out.println(writer.obey(line.trim().split(" ", 0)));
      }
    }
  }

  private String obey(String[] command) throws IOException {
    return switch (command[0]) {
      case "clock" -> String.valueOf(System.nanoTime());
      case "open" -> {
        open();
        yield "0";
      }
      case "send" -> {
        long began = System.nanoTime();
        send(command[1]);
        yield began + " " + System.nanoTime();
      }
      case "settle" -> {
        Files.deleteIfExists(file);
        yield "0";
      }
      default -> throw new IllegalArgumentException("no command " + command[0]);
    };
  }

  private void open() {
    long bytes = table.getFieldVectors().stream().mapToLong(vector -> vector.getBufferSize()).sum();
    writer =
        QadsWriter.builder(SEGMENT)
            .directory(directory)
            .capacity(Math.max(LEAST_CAPACITY, TABLES * bytes))
            .timeout(Duration.ofSeconds(60))
            .create();
  }

  private void send(String name) throws IOException {
    switch (name) {
      case QADATASWAP -> writer.write(table);
      case IPC_FILE -> {
        writeFile();
        byte[] path = file.toString().getBytes(StandardCharsets.UTF_8);
        notices.writeInt(path.length);
        notices.write(path);
        notices.flush();
      }
      default -> throw new IllegalArgumentException("no way " + name);
    }
  }

  private void writeFile() throws IOException {
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        ArrowFileWriter ipc = new ArrowFileWriter(table, null, channel)) {
      ipc.start();
      ipc.writeBatch();
      ipc.end();
    }
  }

  @Override
  public void close() throws IOException {
    if (writer != null) {
      writer.finish();
      writer.close();
    }
    source.close();
    allocator.close();
    notices.close();
  }
}
