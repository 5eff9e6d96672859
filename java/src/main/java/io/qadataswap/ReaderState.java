package io.qadataswap;

import java.time.Duration;
import java.time.Instant;

/**
 * One reader of a segment, as anybody sees it.
 *
 * @param entry its number in the segment
 * @param alive whether its process still holds its lock
 * @param evicted whether it lost its place
 * @param heldBatches batches that it holds
 * @param pid its process, for people: it means little across containers
 * @param attached when it joined
 * @param oldestHeld time since the oldest batch that it holds was published; zero if it holds none
 * @param position next sequence that it will read
 * @param lag batches published and not yet read by it
 * @param lost batches that it lost to overrun
 */
public record ReaderState(
    int entry,
    boolean alive,
    boolean evicted,
    int heldBatches,
    long pid,
    Instant attached,
    Duration oldestHeld,
    long position,
    long lag,
    long lost) {}
