package io.qadataswap;

/**
 * What a reader has done so far.
 *
 * @param heldBatches batches that it holds now
 * @param position next sequence to be read
 * @param head next sequence to be published
 * @param batches batches handed out
 * @param rows rows in them
 * @param bytes bytes in them
 * @param lost batches lost to overrun
 * @param sleeps waits that went to the kernel
 */
public record ReaderStatistics(
    int heldBatches,
    long position,
    long head,
    long batches,
    long rows,
    long bytes,
    long lost,
    long sleeps) {}
