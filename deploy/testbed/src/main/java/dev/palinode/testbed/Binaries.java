package dev.palinode.testbed;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the built programs.
 *
 * <p>Their folder is named by a hash of the wrapper modules, which travel in this jar: a test finds
 * the programs of its own checkout from whatever folder it runs in, or none, never others.
 */
final class Binaries {
  private static final String GO = "/dev/palinode/testbed/go/";
  private static final Path FOLDER = home().resolve(hash(components()));

  /** Apart from the others, and with what it reads beside it. */
  private static final Path GITEA =
      home().resolve("gitea-" + hash(Stream.of("gitea/go.mod", "gitea/go.sum")));

  private Binaries() {}

  static Path program(String name) {
    if (name.equals("git")) {
      return onPath(name);
    }
    if (name.equals("gitea")) {
      return GITEA.resolve(name);
    }
    return FOLDER.resolve("bin").resolve(name);
  }

  /** Gitea's templates and translations, as its source has them. */
  static Path giteaFiles() {
    return GITEA.resolve("files");
  }

  static Path crds(String file) {
    return FOLDER.resolve("crds").resolve(file);
  }

  /** The programs that {@code parts} need and that nobody has built yet. */
  static List<String> missing(Set<Part> parts) {
    return Part.withWhatTheyNeed(parts).stream()
        .flatMap(part -> part.programs().stream())
        .filter(program -> !Files.isExecutable(program(program)))
        .toList();
  }

  static Path home() {
    String configured = System.getenv("PALINODE_TESTBED_HOME");
    return configured == null || configured.isEmpty()
        ? Path.of(System.getProperty("user.home"), ".cache", "palinode-testbed")
        : Path.of(configured);
  }

  private static Path onPath(String name) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(Path.of(name));
  }

  private static Stream<String> components() {
    var wrappers = new TreeSet<String>();
    new String(resource("components"), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .forEach(line -> wrappers.add(line.split(" +", 3)[1]));
    return Stream.of(
            Stream.of("components"),
            wrappers.stream().map(wrapper -> wrapper + "/go.mod"),
            wrappers.stream().map(wrapper -> wrapper + "/go.sum"))
        .flatMap(stream -> stream);
  }

  /** The same as {@code sha256sum FILE... | sha256sum}, as the build script says it. */
  private static String hash(Stream<String> files) {
    var sums = new StringBuilder();
    files.forEach(
        file -> sums.append(sha256(resource(file))).append("  ").append(file).append('\n'));
    return sha256(sums.toString().getBytes(StandardCharsets.UTF_8)).substring(0, 16);
  }

  private static byte[] resource(String file) {
    try (@Nullable InputStream in = Binaries.class.getResourceAsStream(GO + file)) {
      if (in == null) {
        throw new IllegalStateException(GO + file + " is not on the class path: build this module");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
