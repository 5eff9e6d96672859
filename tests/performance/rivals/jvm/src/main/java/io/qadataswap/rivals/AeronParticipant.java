package io.qadataswap.rivals;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.CloseHelper;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Aeron over IPC: the batch's bytes are copied into the log by offer and out of it by the handler.
 * Ping has the media driver embedded; its threads sleep, because they aren't on the messages' way.
 */
public final class AeronParticipant {
  private static final int THERE_STREAM = 1001;
  private static final int BACK_STREAM = 1002;

  /** The largest that is allowed, so that few messages are cut into fragments. */
  private static final int MTU = 65_504;

  private static final int FRAGMENTS = 10;

  private final UnsafeBuffer own;
  private final int mark;
  private final ExclusivePublication publication;
  private final Subscription subscription;
  private final FragmentAssembler assembler;
  private long received = -1;

  private AeronParticipant(Arguments arguments, Aeron aeron) {
    this.own = new UnsafeBuffer(new byte[arguments.bytes()]);
    this.mark = arguments.mark();
    this.publication =
        aeron.addExclusivePublication("aeron:ipc", arguments.ping() ? THERE_STREAM : BACK_STREAM);
    this.subscription =
        aeron.addSubscription("aeron:ipc", arguments.ping() ? BACK_STREAM : THERE_STREAM);
    this.assembler =
        new FragmentAssembler(
            (buffer, offset, length, header) -> {
              buffer.getBytes(offset, own, 0, length);
              received = own.getLong(mark);
            });
    while (!publication.isConnected() || !subscription.isConnected()) {
      Thread.onSpinWait();
    }
  }

  private void send(long round) {
    own.putLong(mark, round);
    while (publication.offer(own, 0, own.capacity()) < 0) {
      Thread.onSpinWait();
    }
  }

  private long receive() {
    received = -1;
    while (received < 0) {
      subscription.poll(assembler, FRAGMENTS);
    }
    return received;
  }

  /** See {@link Arguments}. */
  public static void main(String[] words) throws IOException, InterruptedException {
    Arguments arguments = Arguments.parse(words);
    String directory = "/dev/shm/aeron-" + arguments.name();
    MediaDriver driver = arguments.ping() ? driver(directory) : null;
    try {
      while (!Files.exists(Path.of(directory, "cnc.dat"))) {
        Thread.sleep(1);
      }
      try (Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(directory))) {
        AeronParticipant participant = new AeronParticipant(arguments, aeron);
        Rounds.play(arguments, participant::send, participant::receive);
      }
    } finally {
      CloseHelper.close(driver);
    }
  }

  private static MediaDriver driver(String directory) {
    return MediaDriver.launchEmbedded(
        new MediaDriver.Context()
            .aeronDirectoryName(directory)
            .threadingMode(ThreadingMode.SHARED)
            .sharedIdleStrategy(new SleepingMillisIdleStrategy(1))
            .ipcMtuLength(MTU)
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true));
  }
}
