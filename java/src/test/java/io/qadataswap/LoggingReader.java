package io.qadataswap;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** A process that attaches to a segment, logs to standard error what it is told, and stays. */
final class LoggingReader {
  private LoggingReader() {}

  public static void main(String[] words) throws InterruptedException {
    try (BufferAllocator allocator = new RootAllocator();
        QadsReader reader =
            QadsReader.builder(words[0], allocator).directory(Path.of(words[1])).open()) {
      Thread.sleep(Long.MAX_VALUE);
    }
  }

  static Process start(String name, Path directory, Path output) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xcheck:jni");
    command.addAll(List.of(System.getProperty("qads.test.flags", "").strip().split(" +")));
    command.add("-Dorg.slf4j.simpleLogger.log.io.qadataswap=info");
    String classes = System.getProperty("surefire.test.class.path");
    command.addAll(
        List.of("-cp", classes != null ? classes : System.getProperty("java.class.path")));
    command.addAll(List.of(LoggingReader.class.getName(), name, directory.toString()));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }
}
