package io.qadataswap.bench;

import java.nio.file.Path;

/** The command line of {@link LatencyParticipant}. */
final class LatencyOptions {
  static final String USAGE =
      "usage: ping|pong NAME --bytes 1024|80000 --rounds N --warmup W [--core K] --samples FILE";

  final boolean ping;
  final String name;
  long bytes = 1024;
  int rounds = 10_000;
  int warmUp = 10_000;
  Path samples;

  LatencyOptions(String[] words) {
    if (words.length < 2 || !(words[0].equals("ping") || words[0].equals("pong"))) {
      throw new IllegalArgumentException("neither ping nor pong");
    }
    ping = words[0].equals("ping");
    name = words[1];
    for (int i = 2; i < words.length; i += 2) {
      if (i + 1 == words.length) {
        throw new IllegalArgumentException(words[i] + " without a value");
      }
      set(words[i], words[i + 1]);
    }
    if (ping && samples == null) {
      throw new IllegalArgumentException("ping without --samples");
    }
  }

  private void set(String option, String value) {
    switch (option) {
      case "--bytes" -> bytes = Long.parseLong(value);
      case "--rounds" -> rounds = Integer.parseInt(value);
      case "--warmup" -> warmUp = Integer.parseInt(value);
      case "--core" -> {} // Java can't pin its threads: the caller does, with taskset
      case "--samples" -> samples = Path.of(value);
      default -> throw new IllegalArgumentException("no option " + option);
    }
  }
}
