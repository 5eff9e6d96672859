package io.qadataswap.agent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Writes a stream file into a segment, or reads one from it. */
public final class Agent {
  private Agent() {}

  /** See tests/agents/README.md. */
  public static void main(String[] words) throws IOException {
    if (words.length == 1 && words[0].equals("serve")) {
      serve();
    } else {
      System.exit(run(words));
    }
  }

  static int run(String[] words) {
    Outcome outcome = outcome(words);
    PrintStream to = outcome.code() == Outcome.DONE ? System.out : System.err;
    to.println(outcome.line());
    return outcome.code();
  }

  private static Outcome outcome(String[] words) {
    try {
      AgentOptions options = AgentOptions.parse(words);
      Tally tally =
          options.writes ? new WriteCommand(options).run() : new ReadCommand(options).run();
      return new Outcome(Outcome.DONE, tally.toString());
    } catch (Throwable failure) {
      return Outcome.of(failure);
    }
  }

  private static void serve() throws IOException {
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Outcome outcome = outcome(line.split("\t"));
      answers.println(outcome.code() + "\t" + outcome.line());
    }
  }
}
