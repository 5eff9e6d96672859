package io.qadataswap.examples;

import io.qadataswap.QadsReader;
import io.qadataswap.QadsWriter;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** A writer and a reader in one program; they would be the same in two. */
public final class BasicExample {
  private BasicExample() {}

  /** Run without arguments. */
  public static void main(String[] words) {
    try (BufferAllocator allocator = new RootAllocator();
        QadsWriter writer = QadsWriter.create("basic-example");
        QadsReader reader = QadsReader.open("basic-example", allocator);
        BigIntVector squares = new BigIntVector("square", allocator)) {
      squares.allocateNew(10);
      for (int i = 0; i < 10; i++) {
        squares.set(i, (long) i * i);
      }
      squares.setValueCount(10);
      writer.write(new VectorSchemaRoot(List.of(squares)));
      writer.finish();

      while (reader.loadNextBatch()) {
        System.out.print(reader.getVectorSchemaRoot().contentToTSVString());
      }
    }
  }
}
