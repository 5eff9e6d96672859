package io.qadataswap;

import io.qadataswap.internal.Arguments;
import io.qadataswap.internal.NativeBindings;
import io.qadataswap.internal.NativeHandle;
import io.qadataswap.internal.SegmentFigures;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * The segment directory: what is there, how it stands, and removing what nobody needs. A null
 * directory is the default one.
 */
public final class QadsSegments {
  private QadsSegments() {}

  /**
   * The names of all segments, alive or not.
   *
   * @param directory where; null for the environment's QADS_DIR or else /dev/shm
   * @return the names, in no order
   */
  public static List<String> list(Path directory) {
    byte[] names = NativeBindings.list(Arguments.directory(directory));
    return Arrays.stream(new String(names, StandardCharsets.UTF_8).split("\0"))
        .filter(name -> !name.isEmpty())
        .toList();
  }

  /**
   * A snapshot of a segment.
   *
   * @param name the segment's name
   * @param directory where; null for the default
   * @return its figures
   */
  public static SegmentStatistics statistics(String name, Path directory) {
    return look(name, directory, SegmentFigures::statistics);
  }

  /**
   * The readers attached to a segment.
   *
   * @param name the segment's name
   * @param directory where; null for the default
   * @return one entry a reader
   */
  public static List<ReaderState> readers(String name, Path directory) {
    return look(name, directory, SegmentFigures::readers);
  }

  private static <T> T look(String name, Path directory, Function<NativeHandle, T> question) {
    long address =
        NativeBindings.attachArena(Arguments.name(name), Arguments.directory(directory), 0, 0);
    NativeHandle segment = new NativeHandle(NativeHandle.Kind.SEGMENT, address, name);
    try {
      return question.apply(segment);
    } finally {
      segment.close();
    }
  }

  /**
   * Removes the name of a segment without a live writer. Attached readers keep what they have.
   *
   * @param name the segment's name
   * @param directory where; null for the default
   * @param evenUnread also if batches are unread or readers attached, instead of {@link
   *     QadsExistsException}, and what can't be read, instead of {@link QadsCorruptException} or
   *     {@link QadsVersionException}
   */
  public static void remove(String name, Path directory, boolean evenUnread) {
    NativeBindings.remove(
        Arguments.name(name),
        Arguments.directory(directory),
        evenUnread ? NativeBindings.REMOVE_UNREAD : 0);
  }
}
