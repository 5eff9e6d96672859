package io.qadataswap.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.qadataswap.OverflowPolicy;
import io.qadataswap.QadsSegments;
import io.qadataswap.QadsWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The contract of tests/agents/README.md, as far as another language's agent can't show it. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class AgentTest {
  private static final Path FILE =
      Path.of(System.getProperty("qads.test.data", "tests/data"), "real", "planes.stream");
  private static final Duration LONG = Duration.ofSeconds(60);

  private final String name = "java-agent-test-" + ProcessHandle.current().pid();
  @TempDir Path folder;

  @AfterEach
  void nothingIsLeft() {
    assertFalse(QadsSegments.list(null).contains(name));
  }

  private static Outcome fail(String... words) {
    AgentOptions options = AgentOptions.parse(words);
    return Outcome.of(
        assertThrows(
            Exception.class,
            () -> {
              if (options.writes) {
                new WriteCommand(options).run();
              } else {
                new ReadCommand(options).run();
              }
            }));
  }

  @Test
  void aNegativeTimeoutWaitsForEver() {
    AgentOptions options = AgentOptions.parse(words("read x --output y --timeout-ms -7"));
    assertTrue(options.timeout.isNegative());
  }

  @Test
  void anEmptyFileNameIsAUsageError() {
    String[] write = {"write", "x", "--input", ""};
    String[] read = {"read", "x", "--output", ""};
    assertThrows(AgentOptions.UsageException.class, () -> AgentOptions.parse(write));
    assertThrows(AgentOptions.UsageException.class, () -> AgentOptions.parse(read));
  }

  @Test
  void moreReadersThanThereCanBeAreAnErrorOfTheSegment() {
    Outcome outcome = fail("write", name, "--input", FILE + "", "--start-after-readers", "65");
    QadsSegments.remove(name, null, true);
    assertEquals(1, outcome.code());
    assertTrue(outcome.line().startsWith("invalid argument: "), outcome.line());
  }

  @Test
  void anInputThatBreaksOffLeavesNoSegment() throws IOException {
    byte[] whole = Files.readAllBytes(FILE);
    Path broken = folder.resolve("broken.stream");
    Files.write(broken, Arrays.copyOf(whole, whole.length - whole.length / 3));
    Outcome outcome = fail("write", name, "--input", broken.toString());
    assertEquals(1, outcome.code());
    assertTrue(outcome.line().startsWith("error: "), outcome.line());
  }

  @Test
  void anOutputThatCantBeWrittenIsAnError() {
    assertEquals(0, Agent.run(new String[] {"write", name, "--input", FILE.toString()}));
    Outcome outcome = fail("read", name, "--output", "/dev/full");
    assertEquals(1, outcome.code());
    assertTrue(outcome.line().startsWith("error: "), outcome.line());
    if (QadsSegments.list(null).contains(name)) {
      QadsSegments.remove(name, null, true);
    }
  }

  @Test
  void aHeldBatchThatChangedIsToldAlsoWhenTheWriterDied() throws Exception {
    QadsWriter writer = QadsWriter.create(name);
    CompletableFuture<Outcome> reading =
        CompletableFuture.supplyAsync(
            () ->
                fail(
                    "read",
                    name,
                    "--output",
                    folder.resolve("out").toString(),
                    "--hold",
                    "2",
                    "--hold-check"));
    writer.waitForReaders(1, LONG);
    IntVector vector = new IntVector("number", writer.allocator());
    vector.setSafe(0, 1);
    vector.setValueCount(1);
    writer.write(new VectorSchemaRoot(List.of(vector)));
    writer.waitUntilDrained(LONG);
    Thread.sleep(300); // it has been written out and serialized by now
    vector.getDataBuffer().setInt(0, 2);
    vector.close();
    writer.close();
    Outcome outcome = reading.get(60, TimeUnit.SECONDS);
    assertEquals(1, outcome.code());
    assertTrue(outcome.line().startsWith("changed: "), outcome.line());
  }

  @Test
  void aReaderThatLostBatchesPrintsNoStatistics() {
    PrintStream out = System.out;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try (BufferAllocator allocator = new RootAllocator();
        QadsWriter writer =
            QadsWriter.builder(name).overflow(OverflowPolicy.DROP_OLDEST).slots(2).create();
        IntVector vector = new IntVector("number", allocator)) {
      CompletableFuture<Integer> reading =
          CompletableFuture.supplyAsync(
              () ->
                  Agent.run(words("read " + name + " --delay-ms 500 --output " + folder + "/out")));
      System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
      writer.waitForReaders(1, LONG);
      vector.setValueCount(1);
      VectorSchemaRoot root = new VectorSchemaRoot(List.of(vector));
      for (int i = 0; i < 10; i++) {
        writer.write(root);
      }
      writer.finish();
      assertEquals(6, reading.join());
    } finally {
      System.setOut(out);
    }
    assertEquals("", said.toString(StandardCharsets.UTF_8));
  }

  private static String[] words(String line) {
    return line.split(" ");
  }
}
