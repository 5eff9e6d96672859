package io.qadataswap.bench;

import java.util.Locale;

/**
 * One line of results, in nanoseconds unless `what` names another unit. The goal is in words, with
 * the most that the median ("≤ 1000 ns") or the ratio ("≤ 2 x the rival") may be; the ratio is the
 * median over the rival's, NaN where there is none.
 */
record Row(String what, double median, double low, double high, String goal, double ratio) {
  /** Of measured times in order: low and high are the 5th and the 95th of a hundred. */
  static Row of(String what, long[] sorted, String goal) {
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
        + (goal.isEmpty() ? "" : ", \"goal\": \"" + goal + "\"")
        + (Double.isNaN(ratio) ? "" : String.format(Locale.ROOT, ", \"ratio\": %.3f", ratio))
        + "}";
  }
}
