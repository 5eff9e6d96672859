package io.qadataswap.agent;

/** Writes a stream file into a segment, or reads one from it. */
public final class Agent {
  private Agent() {}

  /** See tests/agents/README.md. */
  public static void main(String[] words) {
    System.exit(run(words));
  }

  static int run(String[] words) {
    try {
      AgentOptions options = AgentOptions.parse(words);
      Tally tally =
          options.writes ? new WriteCommand(options).run() : new ReadCommand(options).run();
      System.out.println(tally);
      return Outcome.DONE;
    } catch (Throwable failure) {
      Outcome outcome = Outcome.of(failure);
      System.err.println(outcome.line());
      return outcome.code();
    }
  }
}
