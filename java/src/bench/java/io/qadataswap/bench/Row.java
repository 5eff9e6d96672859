package io.qadataswap.bench;

import java.util.Locale;

/**
 * One line of results, in nanoseconds unless `what` names another unit. A goal is the most that the
 * median may be; the ratio is the median over the rival's; NaN where there is none.
 */
record Row(String what, double median, double low, double high, double goal, double ratio) {
  /** Of measured times in order: low and high are the 5th and the 95th of a hundred. */
  static Row of(String what, long[] sorted, double goal) {
    int n = sorted.length;
    return new Row(what, sorted[n / 2], sorted[n / 20], sorted[n - 1 - n / 20], goal, Double.NaN);
  }

  Row against(Row rival) {
    return new Row(what, median, low, high, goal, median / rival.median);
  }

  /** The texts here need no escapes. */
  String json() {
    String numbers =
        String.format(
            Locale.ROOT, "\"median\": %.1f, \"low\": %.1f, \"high\": %.1f", median, low, high);
    return "{\"what\": \""
        + what
        + "\", "
        + numbers
        + optional("goal", "%.0f", goal)
        + optional("ratio", "%.3f", ratio)
        + "}";
  }

  private static String optional(String key, String format, double value) {
    return Double.isNaN(value)
        ? ""
        : ", \"" + key + "\": " + String.format(Locale.ROOT, format, value);
  }
}
