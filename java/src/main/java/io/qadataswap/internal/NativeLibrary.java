package io.qadataswap.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;

/**
 * Loads the native library once: the file that {@code qadataswap.library.path} names, never falling
 * back to another, or else the jar's own, unpacked into a folder that only this user can enter and
 * that is removed again at once.
 */
final class NativeLibrary {
  private static final String PATH_PROPERTY = "qadataswap.library.path";
  private static final String FOLDER_PROPERTY = "qadataswap.tmpdir";
  private static final String VERSION_RESOURCE = "/io/qadataswap/version";

  private NativeLibrary() {}

  static void load() {
    String explicit = System.getProperty(PATH_PROPERTY);
    if (explicit != null) {
      System.load(Path.of(explicit).toAbsolutePath().toString());
    } else {
      unpackAndLoad();
    }
    checkVersion();
  }

  private static void unpackAndLoad() {
    String version = jarVersion();
    String resource = "/native/" + platform() + "/libqadataswap_jni.so";
    try (InputStream library = NativeLibrary.class.getResourceAsStream(resource)) {
      if (library == null) {
        throw new UnsatisfiedLinkError(
            "this jar has no QADataSwap library for "
                + platform()
                + "; name one by -D"
                + PATH_PROPERTY
                + "=FILE");
      }
      Path parent =
          Path.of(System.getProperty(FOLDER_PROPERTY, System.getProperty("java.io.tmpdir")));
      Path folder =
          Files.createTempDirectory(
              parent,
              "qadataswap-",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      Path file = folder.resolve("libqadataswap_jni-" + version + ".so");
      try {
        Files.copy(library, file);
        System.load(file.toString());
      } finally {
        // The mapping stays; the file needn't. Nothing is left behind, however the process ends.
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw linkError("can't unpack the QADataSwap library; -D" + FOLDER_PROPERTY + " moves it", e);
    } catch (UnsatisfiedLinkError e) {
      if (String.valueOf(e.getMessage()).contains("failed to map segment")) {
        throw linkError(
            "the temporary folder forbids running code; -D" + FOLDER_PROPERTY + " moves it", e);
      }
      throw e;
    }
  }

  private static UnsatisfiedLinkError linkError(String message, Throwable cause) {
    UnsatisfiedLinkError error = new UnsatisfiedLinkError(message + ": " + cause.getMessage());
    error.initCause(cause);
    return error;
  }

  /** Such as linux-x86_64. */
  static String platform() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    return os + "-" + (arch.equals("amd64") ? "x86_64" : arch);
  }

  /** The version that this jar was built as. */
  static String jarVersion() {
    try (InputStream version = NativeLibrary.class.getResourceAsStream(VERSION_RESOURCE)) {
      if (version == null) {
        throw new UnsatisfiedLinkError("the jar lacks " + VERSION_RESOURCE);
      }
      return new String(version.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw linkError("can't read " + VERSION_RESOURCE, e);
    }
  }

  private static void checkVersion() {
    String library = new String(NativeBindings.version(), StandardCharsets.UTF_8);
    if (!library.equals(jarVersion())) {
      throw new UnsatisfiedLinkError(
          "the QADataSwap library is version " + library + ", the jar " + jarVersion());
    }
  }
}
