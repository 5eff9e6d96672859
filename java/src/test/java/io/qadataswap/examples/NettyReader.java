package io.qadataswap.examples;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.qadataswap.LoadResult;
import io.qadataswap.QadsNotFoundException;
import io.qadataswap.QadsReader;
import io.qadataswap.ReaderStatistics;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * Reads a stream in a Netty event loop, which goes on with its channels meanwhile. Start it beside
 * {@link JavaWriter}, or a writer in another language.
 */
public final class NettyReader {
  private final QadsReader reader;
  private final EventLoop loop;
  private final CompletableFuture<Long> done = new CompletableFuture<>();
  private long rows;

  private NettyReader(QadsReader reader, EventLoop loop) {
    this.reader = reader;
    this.loop = loop;
  }

  /** Everything that is there now, in the loop's thread; then the loop is free again. */
  private void drain() {
    LoadResult result = reader.tryLoad(Duration.ZERO);
    while (result == LoadResult.BATCH) {
      rows += reader.getVectorSchemaRoot().getRowCount();
      result = reader.tryLoad(Duration.ZERO);
    }
    if (result == LoadResult.END) {
      done.complete(rows);
    } else {
      listen();
    }
  }

  private void listen() {
    CompletableFuture<Void> unused =
        reader
            .readable()
            .thenRunAsync(this::drain, loop)
            .whenComplete(
                (nothing, failure) -> {
                  if (failure != null) {
                    done.completeExceptionally(failure);
                  }
                });
  }

  /** Arguments: the segment's name, or none. */
  public static void main(String[] words) {
    String name = words.length > 0 ? words[0] : "example";
    EventLoop loop = new DefaultEventLoop();
    try (BufferAllocator allocator = new RootAllocator();
        QadsReader reader =
            QadsReader.builder(name, allocator).waitForSegment(Duration.ofSeconds(20)).open()) {
      System.out.println("columns " + reader.getVectorSchemaRoot().getSchema().getFields());
      NettyReader listener = new NettyReader(reader, loop);
      listener.listen();
      long rows = listener.done.join();
      ReaderStatistics read = reader.statistics();
      System.out.printf("read %d rows in %d batches, %d lost%n", rows, read.batches(), read.lost());
    } catch (QadsNotFoundException e) {
      System.out.println("nobody writes: " + e.getMessage());
    } finally {
      loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }
}
