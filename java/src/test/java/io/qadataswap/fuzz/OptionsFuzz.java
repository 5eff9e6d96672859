package io.qadataswap.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.qadataswap.Lifetime;
import io.qadataswap.LossMode;
import io.qadataswap.OverflowPolicy;
import io.qadataswap.QadsException;
import io.qadataswap.QadsInternalException;
import io.qadataswap.QadsReader;
import io.qadataswap.QadsSegments;
import io.qadataswap.QadsWriter;
import io.qadataswap.QadsWriterBuilder;
import io.qadataswap.StartPosition;
import io.qadataswap.Takeover;
import io.qadataswap.WaitMode;
import java.time.Duration;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * What Jazzer calls with options that have anything in them: an exception that says what is wrong,
 * or handles that work. python -m suites.fuzz runs it; QADS_DIR is where its segments are.
 */
public final class OptionsFuzz {
  private static final long AFFORDABLE = 1 << 20;

  private OptionsFuzz() {}

  /** One segment with its writer and a reader. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    String name = data.consumeBoolean() ? "x" : data.consumeString(210);
    try (BufferAllocator allocator = new RootAllocator();
        QadsWriter writer = writer(name, data).create();
        QadsReader reader = reader(name, allocator, data).open()) {
      reader.statistics();
      writer.finish();
    } catch (QadsException | IllegalArgumentException refused) {
      requireReason(refused);
    }
    try {
      QadsSegments.remove(name, null, true);
    } catch (QadsException | IllegalArgumentException gone) {
      requireReason(gone);
    }
  }

  private static QadsWriterBuilder writer(String name, FuzzedDataProvider data) {
    long capacity = number(data);
    QadsWriterBuilder options =
        QadsWriter.builder(name)
            .capacity(capacity)
            .slots((int) number(data))
            .readerCapacity((int) number(data))
            .overflow(data.pickValue(OverflowPolicy.values()))
            .lifetime(data.pickValue(Lifetime.values()))
            .takeover(data.pickValue(Takeover.values()))
            .waitMode(data.pickValue(WaitMode.values()))
            .populate(capacity <= AFFORDABLE && data.consumeBoolean())
            .hugePages(data.consumeBoolean());
    if (data.consumeBoolean()) {
      options.schemaCapacity(number(data));
    }
    if (data.consumeBoolean()) {
      options.mode(data.consumeInt());
    }
    if (data.consumeBoolean()) {
      options.evictAfter(duration(data)).timeout(duration(data));
    }
    return options;
  }

  private static QadsReader.Builder reader(
      String name, BufferAllocator allocator, FuzzedDataProvider data) {
    // How long it waits for the segment isn't fuzzed: the segment is there.
    return QadsReader.builder(name, allocator)
        .timeout(duration(data))
        .start(data.pickValue(StartPosition.values()))
        .loss(data.pickValue(LossMode.values()))
        .waitMode(data.pickValue(WaitMode.values()))
        .copyBatches(data.consumeBoolean());
  }

  private static long number(FuzzedDataProvider data) {
    return data.consumeBoolean() ? data.consumeLong(-2, 300) : data.consumeLong();
  }

  private static Duration duration(FuzzedDataProvider data) {
    return Duration.ofSeconds(data.consumeLong(), data.consumeInt(0, 999_999_999));
  }

  private static void requireReason(RuntimeException refused) {
    if (refused instanceof QadsInternalException
        || refused.getMessage() == null
        || refused.getMessage().isBlank()) {
      throw new AssertionError("refused without a reason", refused);
    }
  }
}
