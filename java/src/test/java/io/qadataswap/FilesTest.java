package io.qadataswap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Arrow's golden files and real ones, through the segment in each way that there is. */
class FilesTest extends Sandbox {
  static Stream<Path> files() throws IOException {
    Path data = Path.of(System.getProperty("qads.test.data", "tests/data"));
    return Stream.of("golden", "real")
        .flatMap(
            folder -> {
              try (Stream<Path> files = Files.list(data.resolve(folder))) {
                return files
                    .filter(file -> file.toString().endsWith(".stream"))
                    .sorted()
                    .toList()
                    .stream();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  private ArrowStreamReader file(Path path) throws IOException {
    return new ArrowStreamReader(Files.newInputStream(path), allocator);
  }

  /** The same batch of the file as the one that is loaded. */
  private static void assertNext(ArrowStreamReader file, QadsReader reader) throws IOException {
    assertTrue(file.loadNextBatch());
    Vectors.assertSame(file.getVectorSchemaRoot(), reader.getVectorSchemaRoot());
    assertEquals(file.getDictionaryVectors().size(), reader.getDictionaryVectors().size());
    for (long id : file.getDictionaryIds()) {
      assertDictionary(file.lookup(id), reader.lookup(id));
    }
  }

  private static void assertDictionary(Dictionary expected, Dictionary actual) {
    assertEquals(expected.getEncoding().isOrdered(), actual.getEncoding().isOrdered());
    assertEquals(expected.getEncoding().getIndexType(), actual.getEncoding().getIndexType());
    Vectors.assertSame(expected.getVector(), actual.getVector());
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyBatchArrivesUnchanged(Path path) throws IOException {
    try (ArrowStreamReader source = file(path);
        ArrowStreamReader expected = file(path);
        ArrowStreamReader again = file(path);
        QadsWriter writer = writer("t").create()) {
      try (QadsReader reader = reader("t").open();
          QadsReader copying = reader("t").copyBatches(true).open()) {
        while (source.loadNextBatch()) {
          writer.write(source.getVectorSchemaRoot(), source);
          assertTrue(reader.loadNextBatch());
          assertTrue(reader.endsMessage());
          assertNext(expected, reader);
          assertTrue(copying.loadNextBatch());
          assertNext(again, copying);
        }
        writer.finish();
        assertFalse(reader.loadNextBatch());
        assertFalse(copying.loadNextBatch());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void aWholeStreamIsOneMessage(Path path) throws IOException {
    try (ArrowStreamReader source = file(path);
        ArrowStreamReader expected = file(path);
        QadsWriter writer = writer("t").capacity(64 << 20).create();
        QadsReader reader = reader("t").open()) {
      long batches = writer.write(source);
      writer.finish();
      for (long i = 0; i < batches; i++) {
        assertTrue(reader.loadNextBatch());
        assertEquals(i == batches - 1, reader.endsMessage());
        assertNext(expected, reader);
      }
      assertFalse(reader.loadNextBatch());
      assertFalse(expected.loadNextBatch());
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void keptBatchesStayWhatTheyWere(Path path) throws IOException {
    try (ArrowStreamReader source = file(path);
        ArrowStreamReader expected = file(path);
        QadsWriter writer = writer("t").capacity(64 << 20).create()) {
      List<QadsBatch> kept = new java.util.ArrayList<>();
      try (QadsReader reader = reader("t").open()) {
        writer.writeEach(source);
        writer.finish();
        while (reader.loadNextBatch()) {
          kept.add(reader.keep());
        }
      }
      for (QadsBatch batch : kept) {
        assertTrue(expected.loadNextBatch());
        VectorSchemaRoot root = expected.getVectorSchemaRoot();
        Vectors.assertSame(root, batch.root());
        for (long id : expected.getDictionaryIds()) {
          assertDictionary(expected.lookup(id), batch.lookup(id));
        }
        batch.close();
        batch.close();
      }
    }
  }
}
