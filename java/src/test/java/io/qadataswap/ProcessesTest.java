package io.qadataswap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.qadataswap.agent.Agent;
import io.qadataswap.bench.LatencyParticipant;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two Java processes. The other one runs with -Xcheck:jni, and what that says is looked at. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ProcessesTest extends Sandbox {
  private static final Path FILE =
      Path.of(System.getProperty("qads.test.data", "tests/data"), "real", "planes.stream");

  private final List<Process> processes = new ArrayList<>();
  private List<String> flags = List.of();
  @TempDir Path folder;

  @AfterEach
  void endProcesses() {
    processes.forEach(Process::destroyForcibly);
  }

  private Process agent(String... words) throws IOException {
    List<String> options = new ArrayList<>(flags);
    options.add("-Xcheck:jni");
    options.addAll(
        List.of(
            System.getProperty("qads.test.flags", "--add-opens=java.base/java.nio=ALL-UNNAMED")
                .strip()
                .split(" +")));
    return java(Agent.class, options, words);
  }

  private Process java(Class<?> program, List<String> options, String... words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    String classes = System.getProperty("surefire.test.class.path");
    command.add("-cp");
    command.add(classes != null ? classes : System.getProperty("java.class.path"));
    command.add(program.getName());
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("QADS_DIR", directory.toString());
    builder.redirectOutput(folder.resolve(words[0] + processes.size()).toFile());
    processes.add(builder.start());
    return processes.get(processes.size() - 1);
  }

  /**
   * What a process said; it must have ended so, and the JVM must have had nothing to say about its
   * native calls.
   */
  private String said(Process process, String file, int code) throws Exception {
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    String said = Files.readString(folder.resolve(file), StandardCharsets.UTF_8);
    assertEquals(code, process.exitValue(), said);
    assertFalse(said.contains("in native method"), said);
    assertFalse(said.contains("WARNING"), said);
    return said;
  }

  @Test
  void aFileGoesThroughTwoOtherProcesses() throws Exception {
    Path output = folder.resolve("out.stream");
    Process reading =
        agent("read", "t", "--output", output.toString(), "--hold", "2", "--hold-check");
    Process writing = agent("write", "t", "--input", FILE.toString(), "--zero-copy");
    assertTrue(said(writing, "write1", 0).startsWith("stats rows=3322 "));
    assertTrue(said(reading, "read0", 0).startsWith("stats rows=3322 "));
    try (ArrowStreamReader expected = new ArrowStreamReader(Files.newInputStream(FILE), allocator);
        ArrowStreamReader actual = new ArrowStreamReader(Files.newInputStream(output), allocator)) {
      while (expected.loadNextBatch()) {
        assertTrue(actual.loadNextBatch());
        Vectors.assertSame(expected.getVectorSchemaRoot(), actual.getVectorSchemaRoot());
      }
      assertFalse(actual.loadNextBatch());
    }
  }

  /** The flags of the fast path: none, but the one that arrow-memory-netty needs on newer Javas. */
  private static List<String> fewestFlags() {
    boolean netty =
        ProcessesTest.class.getResource(
                "/org/apache/arrow/memory/netty/NettyAllocationManager.class")
            != null;
    return netty && Runtime.version().feature() > 23
        ? List.of("-Dio.netty.noUnsafe=false")
        : List.of();
  }

  @Test
  void aBatchGoesToAndFroWithoutAnyFlagOfTheJvm() throws Exception {
    Path samples = folder.resolve("samples");
    List<String> rounds = List.of("--rounds", "50", "--warmup", "5", "--bytes", "80000");
    List<String> ping = new ArrayList<>(List.of("ping", "t", "--samples", samples.toString()));
    List<String> pong = new ArrayList<>(List.of("pong", "t", "--core", "1"));
    ping.addAll(rounds);
    pong.addAll(rounds);
    List<Process> both = new ArrayList<>();
    for (List<String> words : List.of(ping, pong)) {
      both.add(java(LatencyParticipant.class, fewestFlags(), words.toArray(String[]::new)));
    }
    for (int i = 0; i < both.size(); i++) {
      assertTrue(both.get(i).waitFor(60, TimeUnit.SECONDS));
      String said = Files.readString(folder.resolve(i == 0 ? "ping0" : "pong1"));
      assertEquals(0, both.get(i).exitValue(), said);
      assertTrue(said.contains(" bytes of Java heap a round"), said);
    }
    LongBuffer times =
        ByteBuffer.wrap(Files.readAllBytes(samples)).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
    assertEquals(50, times.remaining());
    while (times.hasRemaining()) {
      long nanos = times.get();
      assertTrue(nanos > 0 && nanos < TimeUnit.SECONDS.toNanos(60), nanos + " ns");
    }
  }

  @Test
  void aKilledWriterIsDeadOnceEverythingIsRead() throws Exception {
    Process writing =
        agent("write", "t", "--input", FILE.toString(), "--repeat", "1000000", "--slots", "4");
    try (QadsReader reader = reader("t").waitForSegment(LONG).open()) {
      for (int i = 0; i < 100; i++) {
        assertTrue(reader.loadNextBatch());
      }
      writing.destroyForcibly().waitFor();
      assertThrows(
          QadsWriterDiedException.class,
          () -> {
            for (int i = 0; i < 10; i++) {
              assertTrue(reader.loadNextBatch());
            }
          });
    }
  }

  @Test
  void aKilledReaderHoldsNobodyUp() throws Exception {
    try (QadsWriter writer = writer("t").slots(2).lifetime(Lifetime.UNTIL_CLOSED).create();
        QadsReader reader = reader("t").open()) {
      Path output = folder.resolve("out.stream");
      Process reading = agent("read", "t", "--output", output.toString(), "--delay-ms", "60000");
      writer.waitForReaders(2, LONG);
      write(writer, 0, 1);
      write(writer, 1, 1);
      assertTrue(reader.loadNextBatch());
      assertTrue(reader.loadNextBatch());
      reading.destroyForcibly().waitFor();
      for (int i = 2; i < 20; i++) {
        write(writer, i, 1);
        assertTrue(reader.loadNextBatch());
        assertEquals(i, number(reader.getVectorSchemaRoot()));
      }
    }
  }

  @Test
  void aBatchThatWasCutArrivesInOnePiece() throws Exception {
    Path output = folder.resolve("out.stream");
    Random random = new Random(3);
    int rows = 3000;
    List<FieldVector> vectors = new ArrayList<>();
    for (Field field : Types.all()) {
      vectors.add(field.createVector(allocator));
      Vectors.fill(vectors.get(vectors.size() - 1), rows, field.isNullable() ? 0.2 : 0, random);
    }
    try (VectorSchemaRoot root = new VectorSchemaRoot(new Schema(Types.all()), vectors, rows);
        QadsWriter writer = writer("t").capacity(256 << 10).slots(8).create()) {
      Process reading =
          agent("read", "t", "--output", output.toString(), "--hold", "1", "--hold-check");
      writer.write(root);
      writer.write(root);
      long batches = writer.statistics().head();
      assertTrue(batches > 6, batches + " batches");
      writer.finish();
      assertTrue(said(reading, "read0", 0).startsWith("stats rows=6000 batches=2 "));
      try (ArrowStreamReader actual =
          new ArrowStreamReader(Files.newInputStream(output), allocator)) {
        for (int i = 0; i < 2; i++) {
          assertTrue(actual.loadNextBatch());
          Vectors.assertSame(root, actual.getVectorSchemaRoot());
        }
        assertFalse(actual.loadNextBatch());
      }
    }
  }
}
