package io.qadataswap.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.qadataswap.QadsException;
import io.qadataswap.QadsStatus;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The library says what Java says of it. */
class NativeLayerTest {
  @Test
  void everyStatusHasItsNameAndItsException() {
    for (QadsStatus status : QadsStatus.values()) {
      String name = new String(NativeBindings.statusName(status.code()), StandardCharsets.UTF_8);
      assertEquals(name, status.kind());
      RuntimeException error = Errors.create(status.code(), new byte[] {'x'});
      assertEquals("x", error.getMessage());
      switch (status) {
        case INVALID -> assertEquals(IllegalArgumentException.class, error.getClass());
        case CLOSED -> assertEquals(IllegalStateException.class, error.getClass());
        default -> {
          assertEquals(status, ((QadsException) error).status());
          assertEquals(status.code(), ((QadsException) error).code());
          assertEquals(name, ((QadsException) error).kind());
        }
      }
    }
  }

  @Test
  void theLibraryIsTheJarsVersion() {
    String version = new String(NativeBindings.version(), StandardCharsets.UTF_8);
    assertEquals(NativeLibrary.jarVersion(), version);
    assertEquals("linux-x86_64", NativeLibrary.platform());
  }

  @Test
  void unpackingLeavesNothingBehind() throws Exception {
    NativeBindings.version();
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      long mine = ProcessHandle.current().info().startInstant().orElseThrow().toEpochMilli();
      assertTrue(
          files
              .filter(file -> file.getFileName().toString().startsWith("qadataswap-"))
              .noneMatch(file -> file.toFile().lastModified() > mine + 60_000));
    }
  }

  @Test
  void constantMemoryGrowsAndStays() {
    long small = ConstantBytes.ones(10);
    long large = ConstantBytes.ones(10 << 20);
    assertTrue(small != large);
    assertEquals(large, ConstantBytes.ones(5 << 20));
  }

  @Test
  void timeoutsAreRoundedUpToMilliseconds() {
    assertEquals(0, Arguments.millis(Duration.ZERO, "timeout"));
    assertEquals(1, Arguments.millis(Duration.ofNanos(1), "timeout"));
    assertEquals(2, Arguments.millis(Duration.ofNanos(1_000_001), "timeout"));
    assertEquals(-1, Arguments.millis(Duration.ofNanos(-1), "timeout"));
    assertEquals(-1, Arguments.millis(Duration.ofSeconds(Long.MAX_VALUE), "timeout"));
  }

  @Test
  void theJarCarriesItsLicense() throws Exception {
    URI classes = NativeBindings.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    assertTrue(Files.readString(Path.of(classes).resolve("META-INF/LICENSE")).startsWith("MIT"));
  }
}
