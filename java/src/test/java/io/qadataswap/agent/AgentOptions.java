package io.qadataswap.agent;

import io.qadataswap.OverflowPolicy;
import io.qadataswap.StartPosition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/** The command line. */
final class AgentOptions {
  /** Says what is wrong with the command line. */
  static final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
      super(message);
    }
  }

  private static final Set<String> WRITE =
      Set.of(
          "--input",
          "--slots",
          "--capacity",
          "--overflow",
          "--repeat",
          "--slice",
          "--zero-copy",
          "--timeout-ms",
          "--linger-ms",
          "--start-after-readers");
  private static final Set<String> READ =
      Set.of(
          "--output", "--timeout-ms", "--start", "--hold", "--hold-check", "--limit", "--delay-ms");

  boolean writes;
  String name;
  Path file;
  Duration timeout = Duration.ofSeconds(10);
  // write
  Integer slots;
  Long capacity;
  OverflowPolicy overflow = OverflowPolicy.BLOCK;
  int repeat = 1;
  int sliceOffset;
  int sliceLength = -1;
  boolean zeroCopy;
  long lingerMs;
  int startAfterReaders;
  // read
  StartPosition start = StartPosition.EARLIEST;
  int hold;
  boolean holdCheck;
  long limit = Long.MAX_VALUE;
  long delayMs;

  static AgentOptions parse(String[] words) {
    if (words.length < 2 || !(words[0].equals("write") || words[0].equals("read"))) {
      throw new UsageException("write|read NAME --input|--output FILE [option]...");
    }
    AgentOptions options = new AgentOptions();
    options.writes = words[0].equals("write");
    options.name = words[1];
    Set<String> known = options.writes ? WRITE : READ;
    for (int i = 2; i < words.length; i++) {
      String option = words[i];
      if (!known.contains(option)) {
        throw new UsageException("unknown option " + option);
      }
      if (option.equals("--zero-copy")) {
        options.zeroCopy = true;
      } else if (option.equals("--hold-check")) {
        options.holdCheck = true;
      } else if (++i < words.length) {
        options.set(option, words[i]);
      } else {
        throw new UsageException(option + " needs a value");
      }
    }
    if (options.file == null || options.file.toString().isEmpty()) {
      throw new UsageException(options.writes ? "--input is missing" : "--output is missing");
    }
    return options;
  }

  private void set(String option, String value) {
    switch (option) {
      case "--input", "--output" -> file = Path.of(value);
      case "--slots" -> slots = (int) number(option, value, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case "--capacity" -> capacity = number(option, value, Long.MIN_VALUE, Long.MAX_VALUE);
      case "--overflow" -> overflow = choice(OverflowPolicy.class, option, value);
      case "--repeat" -> repeat = (int) number(option, value, 0, Integer.MAX_VALUE);
      case "--slice" -> slice(value);
      case "--timeout-ms" ->
          timeout = Duration.ofMillis(number(option, value, Long.MIN_VALUE, Long.MAX_VALUE));
      case "--linger-ms" -> lingerMs = number(option, value, 0, Long.MAX_VALUE);
      case "--start-after-readers" ->
          startAfterReaders = (int) number(option, value, 0, Integer.MAX_VALUE);
      case "--start" -> start = choice(StartPosition.class, option, value);
      case "--hold" -> hold = (int) number(option, value, 0, 65_535);
      case "--limit" -> limit = number(option, value, 0, Long.MAX_VALUE);
      case "--delay-ms" -> delayMs = number(option, value, 0, Long.MAX_VALUE);
      default -> throw new UsageException("unknown option " + option);
    }
  }

  private void slice(String value) {
    int colon = value.indexOf(':');
    if (colon < 0) {
      throw new UsageException("--slice takes OFFSET:LENGTH, not " + value);
    }
    sliceOffset = (int) number("--slice", value.substring(0, colon), 0, Integer.MAX_VALUE);
    sliceLength = (int) number("--slice", value.substring(colon + 1), 0, Integer.MAX_VALUE);
  }

  private static <T extends Enum<T>> T choice(Class<T> type, String option, String value) {
    for (T constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(value)) {
        return constant;
      }
    }
    throw new UsageException(option + " can't be " + value);
  }

  private static long number(String option, String value, long least, long most) {
    try {
      long number = Long.parseLong(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // falls through to the same complaint
    }
    throw new UsageException(option + " can't be " + value);
  }
}
