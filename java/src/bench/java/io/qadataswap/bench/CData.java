package io.qadataswap.bench;

import java.util.concurrent.TimeUnit;
import org.apache.arrow.c.ArrowArray;
import org.apache.arrow.c.CDataDictionaryProvider;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The rival: the same batch through Arrow's own C Data module, inside one process, no byte copied.
 * As fast as it can be had: the schema is known, the target is used again. It needs java.nio
 * opened.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "-Xms256m",
      "-Xmx256m",
      "-XX:+AlwaysPreTouch",
      "--add-opens=java.base/java.nio=ALL-UNNAMED"
    })
@State(Scope.Thread)
public class CData {
  private BufferAllocator allocator;
  private CDataDictionaryProvider dictionaries;
  private VectorSchemaRoot root;
  private VectorSchemaRoot target;

  /** Once a fork. */
  @Setup
  public void open() {
    allocator = new RootAllocator();
    dictionaries = new CDataDictionaryProvider();
    root = Batches.ofRows(allocator, HandOver.ROWS);
    target = VectorSchemaRoot.create(root.getSchema(), allocator);
  }

  /** Once a fork. */
  @TearDown
  public void close() {
    target.close();
    root.close();
    dictionaries.close();
    allocator.close();
  }

  /** Out and in. */
  @Benchmark
  public int exportAndImport() {
    try (ArrowArray array = ArrowArray.allocateNew(allocator)) {
      Data.exportVectorSchemaRoot(allocator, root, dictionaries, array);
      Data.importIntoVectorSchemaRoot(allocator, array, target, dictionaries);
      return target.getRowCount();
    }
  }
}
