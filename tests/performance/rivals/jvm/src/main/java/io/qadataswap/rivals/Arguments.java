package io.qadataswap.rivals;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** {@code ping|pong NAME --bytes B --rounds N --warmup W --core K --samples FILE}. */
record Arguments(
    boolean ping, String name, int rows, int rounds, int warmup, int core, Path samples) {
  private static final int COLUMNS = 10;

  static Arguments parse(String[] words) {
    Map<String, String> options = new HashMap<>();
    for (int word = 2; word + 1 < words.length; word += 2) {
      options.put(words[word], words[word + 1]);
    }
    return new Arguments(
        words[0].equals("ping"),
        words[1],
        Integer.parseInt(options.get("--bytes")) / COLUMNS / Long.BYTES,
        Integer.parseInt(options.get("--rounds")),
        Integer.parseInt(options.get("--warmup")),
        Integer.parseInt(options.get("--core")),
        Path.of(options.get("--samples")));
  }

  /** Of the batch. */
  int bytes() {
    return rows * COLUMNS * Long.BYTES;
  }

  /** Where the last column begins, in bytes: the round is there. */
  int mark() {
    return rows * (COLUMNS - 1) * Long.BYTES;
  }

  String outgoing() {
    return name + (ping ? ".there" : ".back");
  }

  String incoming() {
    return name + (ping ? ".back" : ".there");
  }
}
