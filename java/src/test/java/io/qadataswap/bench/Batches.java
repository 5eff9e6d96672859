package io.qadataswap.bench;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.FieldType;

/** What is handed over in all measurements: columns of 64-bit integers, none of them nullable. */
public final class Batches {
  /** Columns of a batch. */
  public static final int COLUMNS = 10;

  private static final FieldType NEVER_NULL =
      FieldType.notNullable(new ArrowType.Int(Long.SIZE, true));

  private Batches() {}

  /**
   * A batch with values in it.
   *
   * @param bytes of all values together; rounded down to whole rows
   * @return to be closed by the caller
   */
  public static VectorSchemaRoot ofBytes(BufferAllocator allocator, long bytes) {
    return ofRows(allocator, Math.toIntExact(bytes / (COLUMNS * Long.BYTES)));
  }

  /** A batch of so many rows, to be closed by the caller. */
  public static VectorSchemaRoot ofRows(BufferAllocator allocator, int rows) {
    List<FieldVector> vectors = new ArrayList<>();
    for (int column = 0; column < COLUMNS; column++) {
      BigIntVector vector = new BigIntVector("c" + column, NEVER_NULL, allocator);
      vector.allocateNew(rows);
      for (int row = 0; row < rows; row++) {
        vector.set(row, row);
      }
      vector.setValueCount(rows);
      vectors.add(vector);
    }
    return new VectorSchemaRoot(vectors);
  }

  /** The column that says which batch it is, in its first row. */
  public static BigIntVector marked(VectorSchemaRoot root) {
    return (BigIntVector) root.getVector(COLUMNS - 1);
  }
}
