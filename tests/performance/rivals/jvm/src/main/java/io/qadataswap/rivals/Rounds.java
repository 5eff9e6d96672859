package io.qadataswap.rivals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** All rounds of either side. */
final class Rounds {
  /** Sends a batch that says the round. */
  interface Sender {
    void send(long round);
  }

  /** Waits for a batch and tells its round. */
  interface Receiver {
    long receive();
  }

  private Rounds() {}

  static void play(Arguments arguments, Sender sender, Receiver receiver)
      throws IOException, InterruptedException {
    pinThisThread(arguments.core());
    long[] samples = new long[arguments.rounds()];
    int all = arguments.warmup() + arguments.rounds();
    for (int round = 0; round < all; round++) {
      long start = System.nanoTime();
      if (arguments.ping()) {
        sender.send(round);
      }
      long got = receiver.receive();
      if (got != round) {
        throw new IllegalStateException(got + " came instead of round " + round);
      }
      if (!arguments.ping()) {
        sender.send(round);
      } else if (round >= arguments.warmup()) {
        samples[round - arguments.warmup()] = System.nanoTime() - start;
      }
    }
    if (arguments.ping()) {
      save(arguments.samples(), samples);
    }
  }

  private static void save(Path file, long[] samples) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(samples.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(samples);
    Files.write(file, bytes.array());
  }

  /** Only this one: the JVM's compiler and collector need another core while it spins. */
  private static void pinThisThread(int core) throws IOException, InterruptedException {
    String thread = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString();
    Process pin =
        new ProcessBuilder("taskset", "-p", "-c", String.valueOf(core), thread)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    if (pin.waitFor() != 0) {
      throw new IOException("taskset failed");
    }
  }
}
