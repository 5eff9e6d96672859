package io.qadataswap;

/** How an attempt to load a batch ended. */
public enum LoadResult {
  /** A batch is loaded. */
  BATCH,
  /** None came in time; the stream goes on. */
  TIMEOUT,
  /** The writer finished, and everything was read. */
  END
}
