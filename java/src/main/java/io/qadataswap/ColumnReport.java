package io.qadataswap;

/**
 * What a write did with one top-level column.
 *
 * @param column the column's name
 * @param bytesCopied bytes copied into the segment
 * @param bytesReferenced bytes published in place
 * @param reason why the first copied buffer was copied
 */
public record ColumnReport(
    String column, long bytesCopied, long bytesReferenced, CopyReason reason) {}
