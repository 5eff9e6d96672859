package io.qadataswap;

import io.qadataswap.internal.KeptVectors;
import java.util.Set;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/**
 * A batch that outlives the reader's next load, and the reader: see {@link QadsReader#keep}. It
 * holds its place in the segment until it is closed. Its vectors lie in read-only memory: reading
 * them is fine, writing into them ends the process.
 */
public final class QadsBatch implements DictionaryProvider, AutoCloseable {
  private final KeptVectors vectors;
  private final long sequence;

  QadsBatch(KeptVectors vectors, long sequence) {
    this.vectors = vectors;
    this.sequence = sequence;
  }

  /**
   * The batch's columns.
   *
   * @return a root that belongs to this object
   */
  public VectorSchemaRoot root() {
    return vectors.root();
  }

  /**
   * The batch's number since the segment began.
   *
   * @return from 0
   */
  public long sequence() {
    return sequence;
  }

  @Override
  public Dictionary lookup(long id) {
    return vectors.dictionaries().lookup(id);
  }

  @Override
  public Set<Long> getDictionaryIds() {
    return vectors.dictionaries().getDictionaryIds();
  }

  /** Lets go of the batch. Twice is fine. */
  @Override
  public void close() {
    vectors.close();
  }
}
