package dev.palinode.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One bare repository on the {@link GitServer}: tests commit to it as people do, and read what is
 * there.
 */
public final class GitRepository {
  /** The branch that is there from the first commit on. */
  public static final String BRANCH = "main";

  private final Path folder;
  private final URI url;
  private final String token;

  GitRepository(Path parent, String file, URI url, String token) {
    this.folder = parent.resolve(file);
    this.url = url;
    this.token = token;
    Git.run(parent, "", "init", "--quiet", "--bare", "-b", BRANCH, folder.toString());
    // As the usual hosts have it.
    Git.run(folder, "", "config", "uploadpack.allowFilter", "true");
    Git.run(folder, "", "config", "uploadpack.allowReachableSHA1InWant", "true");
  }

  /** One commit as {@link #log} reads it. */
  public record Commit(String id, String author, String subject, String message) {}

  /** The address over HTTP, without credentials. */
  public URI url() {
    return url;
  }

  /** The password, with any user name, or the bearer token, for reading and pushing. */
  public String token() {
    return token;
  }

  /** The bare repository on disk, for programs that work on a local path. */
  public Path path() {
    return folder;
  }

  /**
   * Commits {@code files} on top of the main branch, leaving all others; returns the commit's id.
   */
  public String commit(Map<String, String> files, String message) {
    return commit(BRANCH, files, message);
  }

  /** As {@link #commit(Map, String)} on another branch; a null content deletes the file. */
  public String commit(
      String branch, Map<String, ? extends @Nullable String> files, String message) {
    var stream = new StringBuilder();
    stream.append("commit refs/heads/").append(branch).append('\n');
    String now = Instant.now().getEpochSecond() + " +0000";
    stream.append("committer A Person <person@example.com> ").append(now).append('\n');
    appendData(stream, message);
    if (has(branch)) {
      stream.append("from refs/heads/").append(branch).append("^0\n");
    }
    var ordered = new LinkedHashMap<String, @Nullable String>(files);
    ordered.forEach((path, content) -> {
      if (content == null) {
        stream.append("D ").append(path).append('\n');
      } else {
        stream.append("M 100644 inline ").append(path).append('\n');
        appendData(stream, content);
      }
    });
    Git.run(folder, stream.toString(), "fast-import", "--quiet");
    return head(branch);
  }

  public String head() {
    return head(BRANCH);
  }

  public String head(String branch) {
    return Git.run(folder, "", "rev-parse", "refs/heads/" + branch).strip();
  }

  /** The content of a file at a branch or commit. */
  public String file(String revision, String path) {
    return Git.run(folder, "", "show", revision + ":" + path);
  }

  /** The commits of the main branch, newest first. */
  public List<Commit> log() {
    return log(BRANCH);
  }

  /** The commits of a branch or of a range such as {@code abc..main}, newest first. */
  public List<Commit> log(String range) {
    var commits = new ArrayList<Commit>();
    String text = Git.run(folder, "", "log", "--format=%H%x1f%an%x1f%s%x1f%B%x1e", range);
    for (String entry : text.split("\u001e", -1)) {
      String[] parts = entry.strip().split("\u001f", -1);
      if (parts.length == 4) {
        commits.add(new Commit(parts[0], parts[1], parts[2], parts[3]));
      }
    }
    return commits;
  }

  /** From now on every push is refused with {@code words}, as a protected branch does. */
  public void refusePushes(String words) {
    Path hook = folder.resolve("hooks").resolve("pre-receive");
    String quoted = words.replace("'", "'\\''");
    try {
      Files.createDirectories(hook.getParent());
      Files.writeString(hook, "#!/bin/sh\ncat >/dev/null\necho '" + quoted + "' >&2\nexit 1\n");
      if (!hook.toFile().setExecutable(true)) {
        throw new IOException("cannot make " + hook + " executable");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes {@link #refusePushes} back. */
  public void acceptPushes() {
    try {
      Files.deleteIfExists(folder.resolve("hooks").resolve("pre-receive"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean has(String branch) {
    return !Git.run(folder, "", "for-each-ref", "refs/heads/" + branch).isBlank();
  }

  private static void appendData(StringBuilder stream, String content) {
    int length = content.getBytes(StandardCharsets.UTF_8).length;
    stream.append("data ").append(length).append('\n').append(content).append('\n');
  }
}
