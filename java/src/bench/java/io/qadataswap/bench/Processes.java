package io.qadataswap.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Two Java processes, each on a processor of its own, that throw a batch to and fro. */
final class Processes {
  private static final int WARM_UP = 100_000;
  private static final int ROUNDS = 100_000;

  private Processes() {}

  /** Nanoseconds one way, half a round trip, in order; no flag for Arrow. */
  static long[] measure(long bytes) throws IOException, InterruptedException {
    String parent = System.getenv().getOrDefault("QADS_DIR", "/dev/shm");
    Path directory = Files.createTempDirectory(Path.of(parent), "qads-bench-");
    Path samples = directory.resolve("samples");
    List<Process> both = new ArrayList<>();
    try {
      both.add(start(directory, 0, "ping", bytes, samples));
      both.add(start(directory, 1, "pong", bytes, samples));
      for (Process one : both) {
        if (!one.waitFor(5, TimeUnit.MINUTES) || one.exitValue() != 0) {
          throw new IOException("a participant failed, see above");
        }
      }
      return oneWay(Files.readAllBytes(samples));
    } finally {
      both.forEach(Process::destroyForcibly);
      Files.deleteIfExists(samples);
      Files.deleteIfExists(directory);
    }
  }

  private static Process start(Path directory, int core, String role, long bytes, Path samples)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("taskset", "-c", String.valueOf(core)));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch"));
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(LatencyParticipant.class.getName(), role, "java"));
    command.addAll(List.of("--bytes", String.valueOf(bytes), "--rounds", String.valueOf(ROUNDS)));
    command.addAll(List.of("--warmup", String.valueOf(WARM_UP), "--samples", samples.toString()));
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().put("QADS_DIR", directory.toString());
    return builder.start();
  }

  private static long[] oneWay(byte[] samples) {
    long[] nanos = new long[samples.length / Long.BYTES];
    ByteBuffer.wrap(samples).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(nanos);
    return Arrays.stream(nanos).map(roundTrip -> roundTrip / 2).sorted().toArray();
  }
}
