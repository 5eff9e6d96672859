package io.qadataswap.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.util.Statistics;

/**
 * Runs Java's benchmarks and writes the results as JSON; argument: the file. All of them in one
 * run, so that they can be compared. Takes two minutes and 1.2 GB of shared memory.
 */
public final class Main {
  private static final long GIGABYTE = 1_000_000_000;
  private static final long MEGABYTE = 1_000_000;
  private static final String NO_GOAL = "";

  private Main() {}

  /** See the class. */
  public static void main(String[] words)
      throws IOException, InterruptedException, RunnerException {
    Path output = Path.of(words.length > 0 ? words[0] : "build/report/benchmarks/parts/java.json");
    List<Row> rows = new ArrayList<>();
    Row rival = run(CData.class, "exportAndImport", "C Data export + import, in-process").get(0);
    rows.add(rival);
    rows.addAll(run(HandOver.class, "describe", "describe 10 x 1,000 rows"));
    rows.addAll(run(HandOver.class, "write", "write, with its copy of 80 KB"));
    rows.addAll(withGoal(run(HandOver.class, "read", "read into the reused root"), "≤ 1000 ns"));
    for (Row row : run(HandOver.class, "writeAndRead", "write and read, in one thread")) {
      rows.add(isBytes(row) ? row : row.against(rival));
    }
    rows.add(
        Row.of(
                "across processes, one way, 80 KB",
                Processes.measure(80_000),
                "≤ 0.167 x C Data export + import")
            .against(rival));
    rows.add(Row.of("across processes, one way, 1 KiB", Processes.measure(1_024), NO_GOAL));
    rows.add(inPlace("1 MB", MEGABYTE, true));
    rows.add(inPlace("1 GB", GIGABYTE, true));
    rows.add(inPlace("1 GB", GIGABYTE, false));
    save(output, rows);
  }

  private static Row inPlace(String size, long bytes, boolean trust) throws IOException {
    String nulls = trust ? "not nullable and trusted" : "nulls counted";
    String what = "in place, " + size + ", " + nulls + ", write to usable";
    return Row.of(what, InPlace.measure(bytes, trust), "≤ 10000 ns");
  }

  private static List<Row> withGoal(List<Row> rows, String goal) {
    Row time = rows.get(0);
    Row bytes = rows.get(1);
    return List.of(
        new Row(time.what(), time.median(), time.low(), time.high(), goal, Double.NaN),
        new Row(bytes.what(), bytes.median(), bytes.low(), bytes.high(), "≤ 1 byte", Double.NaN));
  }

  private static boolean isBytes(Row row) {
    return row.what().endsWith("bytes of Java heap");
  }

  /** The time of one benchmark, and what it took of the heap. */
  private static List<Row> run(Class<?> group, String method, String what) throws RunnerException {
    Options options =
        new OptionsBuilder()
            .include("^" + group.getName().replace(".", "\\.") + "\\." + method + "$")
            .warmupIterations(3)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(9)
            .measurementTime(TimeValue.milliseconds(500))
            .jvmArgs("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
            .addProfiler("gc")
            .build();
    RunResult result = new Runner(options).runSingle();
    Statistics bytes = result.getSecondaryResults().get("gc.alloc.rate.norm").getStatistics();
    return List.of(
        of(what, result.getPrimaryResult().getStatistics()),
        of(what + ": bytes of Java heap", bytes));
  }

  private static Row of(String what, Statistics statistics) {
    return new Row(
        what,
        statistics.getPercentile(50),
        statistics.getMin(),
        statistics.getMax(),
        NO_GOAL,
        Double.NaN);
  }

  private static void save(Path output, List<Row> rows) throws IOException {
    Files.createDirectories(output.toAbsolutePath().getParent());
    String lines = rows.stream().map(Row::json).collect(Collectors.joining(",\n  "));
    String java = "Java " + System.getProperty("java.version");
    Files.writeString(
        output,
        "{\"name\": \"" + java + "\", \"unit\": \"ns\", \"rows\": [\n  " + lines + "\n]}\n");
  }
}
