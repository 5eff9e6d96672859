package io.qadataswap.bench;

import io.qadataswap.QadsReader;
import io.qadataswap.QadsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** A segment in a directory of its own, with its writer and a reader in this process. */
final class Ring implements AutoCloseable {
  private final Path directory;
  final BufferAllocator allocator = new RootAllocator();
  final QadsWriter writer;
  final QadsReader reader;

  /**
   * @param capacity bytes of the data area
   * @param trust whether the writer takes it that what isn't nullable has no nulls
   */
  Ring(long capacity, boolean trust) throws IOException {
    String parent = System.getenv().getOrDefault("QADS_DIR", "/dev/shm");
    directory = Files.createTempDirectory(Path.of(parent), "qads-bench-");
    writer =
        QadsWriter.builder("bench")
            .directory(directory)
            .capacity(capacity)
            .trustNonNullable(trust)
            .create();
    reader = QadsReader.builder("bench", allocator).directory(directory).open();
  }

  @Override
  public void close() throws IOException {
    writer.finish();
    while (reader.loadNextBatch()) {
      // To the end: only then the segment's file goes away.
    }
    reader.close();
    writer.close();
    allocator.close();
    Files.deleteIfExists(directory);
  }
}
