package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The mirrors of this process, one per remote. Folder names carry the process' incarnation, so a
 * lock that a killed process left behind can never block its successor.
 */
final class Mirrors implements AutoCloseable {
  private final Path folder;
  private final String incarnation;
  private final GitWriterListener listener;
  private final Map<String, Mirror> mirrors = new ConcurrentHashMap<>();

  Mirrors(Path folder, String incarnation, GitWriterListener listener) {
    this.listener = listener;
    this.folder = folder;
    this.incarnation = incarnation;
    try {
      Files.createDirectories(folder);
      try (Stream<Path> old = Files.list(folder)) {
        List<Path> stale =
            old.filter(p -> p.getFileName().toString().startsWith("mirror-"))
                .filter(p -> !p.getFileName().toString().contains("-" + incarnation + "-"))
                .toList();
        stale.forEach(Mirror::delete);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot use " + folder + " for mirrors", e);
    }
  }

  Mirror of(Repository repository) {
    return mirrors.computeIfAbsent(
        repository.canonicalUrl(),
        url ->
            new Mirror(
                folder,
                "mirror-" + hash(url) + "-" + incarnation,
                () -> listener.rebuilt(repository)));
  }

  private static String hash(String url) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(url.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    mirrors.values().forEach(Mirror::close);
  }
}
