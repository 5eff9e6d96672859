package io.qadataswap;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/**
 * A segment and what its writer has done so far: a snapshot.
 *
 * @param uuid the segment's identity; a new one for each creation
 * @param layoutMajor major version of the layout
 * @param layoutMinor minor version of the layout
 * @param slots batches that can be published and unread or held at once
 * @param readerCapacity readers that can be attached at once
 * @param overflow what the writer does when the segment is full
 * @param lifetime when the name goes away
 * @param writerAlive whether the writer's process still holds its lock
 * @param finished whether the writer finished, or closed without
 * @param hasSchema whether the schema is known
 * @param capacity bytes of the data area
 * @param evictAfter how long a reader may keep the writer waiting; zero for ever
 * @param writerPid the writer's process, for people
 * @param created when
 * @param head sequence of the next batch to be published
 * @param tail oldest sequence that may still be readable
 * @param supersededUnread batches that taking over the name left unread
 * @param messages messages written
 * @param rows rows written
 * @param bytesCopied bytes copied into the segment
 * @param bytesReferenced bytes published in place
 * @param droppedBatches batches dropped
 * @param stalls writes that had to wait for room
 * @param stalled time that they waited
 * @param evictedReaders readers that lost their place
 * @param reapedReaders dead readers that the writer cleaned up after
 * @param reservedBytes bytes of the data area backed by memory so far
 */
public record SegmentStatistics(
    UUID uuid,
    int layoutMajor,
    int layoutMinor,
    int slots,
    int readerCapacity,
    OverflowPolicy overflow,
    Lifetime lifetime,
    boolean writerAlive,
    Finished finished,
    boolean hasSchema,
    long capacity,
    Duration evictAfter,
    long writerPid,
    Instant created,
    long head,
    long tail,
    long supersededUnread,
    long messages,
    long rows,
    long bytesCopied,
    long bytesReferenced,
    long droppedBatches,
    long stalls,
    Duration stalled,
    long evictedReaders,
    long reapedReaders,
    long reservedBytes) {

  /** How a stream stands. */
  public enum Finished {
    /** It goes on. */
    OPEN,
    /** The writer finished. */
    FINISHED,
    /** The writer closed without finishing. */
    CLOSED
  }
}
