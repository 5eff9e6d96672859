package io.qadataswap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A segment directory and an allocator for each test. Neither may have anything left in it at the
 * end.
 */
abstract class Sandbox {
  static final Duration SHORT = Duration.ofMillis(50);
  static final Duration LONG = Duration.ofSeconds(60);

  Path directory;
  BufferAllocator allocator;

  @BeforeEach
  void open() throws IOException {
    String parent = System.getenv().getOrDefault("QADS_DIR", "/dev/shm");
    directory = Files.createTempDirectory(Path.of(parent), "qads-java-test-");
    allocator = new RootAllocator();
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> left = files.toList();
      for (Path file : left) {
        Files.delete(file);
      }
      Files.delete(directory);
      allocator.close();
      assertEquals(List.of(), left, "files left in the segment directory");
    }
  }

  QadsWriterBuilder writer(String name) {
    return QadsWriter.builder(name).directory(directory).capacity(8 << 20).timeout(LONG);
  }

  QadsReader.Builder reader(String name) {
    return QadsReader.builder(name, allocator).directory(directory).timeout(LONG);
  }

  /** A column named "number" of so many equal numbers. */
  VectorSchemaRoot numbers(int number, int rows) {
    IntVector vector = new IntVector("number", allocator);
    vector.allocateNew(Math.max(1, rows));
    for (int i = 0; i < rows; i++) {
      vector.set(i, number);
    }
    vector.setValueCount(rows);
    return new VectorSchemaRoot(List.of(vector.getField()), List.of(vector), rows);
  }

  void write(QadsWriter writer, int number, int rows) {
    try (VectorSchemaRoot root = numbers(number, rows)) {
      writer.write(root);
    }
  }

  static int number(VectorSchemaRoot root) {
    IntVector vector = (IntVector) root.getVector("number");
    for (int i = 1; i < vector.getValueCount(); i++) {
      assertEquals(vector.get(0), vector.get(i), "row " + i);
    }
    return vector.get(0);
  }
}
