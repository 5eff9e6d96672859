package io.qadataswap.rivals;

import java.io.IOException;
import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;

/**
 * Chronicle Queue, a queue each way in shared memory: the batch's bytes are copied into the queue
 * by the appender and out of it by the tailer, which spins.
 */
public final class ChronicleParticipant {
  private final Bytes<Void> own;
  private final int mark;
  private final ExcerptAppender appender;
  private final ExcerptTailer tailer;

  private ChronicleParticipant(Arguments arguments, ChronicleQueue out, ChronicleQueue in) {
    this.own = Bytes.allocateDirect(arguments.bytes());
    this.mark = arguments.mark();
    this.appender = out.createAppender();
    this.tailer = in.createTailer();
    own.zeroOut(0, arguments.bytes());
    own.writePosition(arguments.bytes());
  }

  private void send(long round) {
    own.writeLong(mark, round);
    own.readPosition(0);
    appender.writeBytes(own);
  }

  private long receive() {
    own.clear();
    while (!tailer.readBytes(own)) {
      Thread.onSpinWait();
    }
    return own.readLong(mark);
  }

  /** See {@link Arguments}. The queues lie in the folder that QADS_DIR names. */
  public static void main(String[] words) throws IOException, InterruptedException {
    Arguments arguments = Arguments.parse(words);
    Path directory = Path.of(System.getenv("QADS_DIR"));
    try (ChronicleQueue out = queue(directory.resolve(arguments.outgoing()));
        ChronicleQueue in = queue(directory.resolve(arguments.incoming()))) {
      ChronicleParticipant participant = new ChronicleParticipant(arguments, out, in);
      Rounds.play(arguments, participant::send, participant::receive);
    }
  }

  private static ChronicleQueue queue(Path directory) {
    return ChronicleQueue.singleBuilder(directory).build();
  }
}
