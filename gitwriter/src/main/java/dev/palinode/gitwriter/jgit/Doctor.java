package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

/** Looks at a repository the way the writer would meet it, and says what is in its way. */
public final class Doctor {
  private static final Duration STALL = Duration.ofSeconds(15);
  private static final Duration WHOLE = Duration.ofMinutes(10);

  /** How much something matters. */
  public enum Level {
    fine,
    /** Worth knowing; nothing has to be done. */
    note,
    /** The writer cannot work so. */
    broken
  }

  /**
   * One thing that was looked at.
   *
   * @param message what was found and, if it is broken, what to do
   */
  public record Check(String name, Level level, String message) {}

  /**
   * What was found.
   *
   * @param tip of the branch; empty if it could not be fetched
   */
  public record Examined(List<Check> checks, Optional<String> tip) {
    public Examined {
      checks = List.copyOf(checks);
    }
  }

  private final Repository repository;
  private final Credentials credentials;
  private final Path mirror;
  private final boolean mayProbe;
  private final List<Check> checks = new ArrayList<>();

  /**
   * @param mirror an empty folder for a bare copy
   * @param mayProbe true if a scratch branch may be pushed and deleted
   */
  public Doctor(Repository repository, Credentials credentials, Path mirror, boolean mayProbe) {
    HermeticSystemReader.install();
    this.repository = repository;
    this.credentials = credentials;
    this.mirror = mirror;
    this.mayProbe = mayProbe;
  }

  public Examined examine() {
    Optional<String> problem = repository.problem();
    if (problem.isPresent()) {
      tell("url", Level.broken, problem.get());
      return new Examined(checks, Optional.empty());
    }
    try (org.eclipse.jgit.lib.Repository store =
        new FileRepositoryBuilder().setGitDir(mirror.toFile()).setBare().build()) {
      store.create(true);
      JGitRemote remote = new JGitRemote(STALL, WHOLE);
      return switch (remote.fetch(store, repository, credentials)) {
        case Remote.Fetched.Failed(var outcome) -> {
          tell("reachable", Level.broken, PushProbe.words(outcome));
          yield new Examined(checks, Optional.empty());
        }
        case Remote.Fetched.Tip(var tip) -> {
          reached(store, tip);
          pushes(new PushProbe(remote, store, repository, credentials), tip);
          fighters(store, tip);
          tell("copy", Level.note, size() / 1024 + " KiB on disk for a full mirror");
          yield new Examined(checks, Optional.of(tip.name()));
        }
      };
    } catch (IOException e) {
      tell("copy", Level.broken, credentials.scrub("cannot be kept: " + e.getMessage()));
      return new Examined(checks, Optional.empty());
    }
  }

  private void reached(org.eclipse.jgit.lib.Repository store, ObjectId tip) throws IOException {
    try (RevWalk walk = new RevWalk(store)) {
      RevCommit commit = walk.parseCommit(tip);
      tell(
          "reachable",
          Level.fine,
          "%s is at %s of %s"
              .formatted(
                  repository,
                  tip.name().substring(0, 12),
                  commit.getCommitterIdent().getWhenAsInstant()));
    }
    if (repository.url().startsWith("ssh:")) {
      tell("host key", Level.fine, "is the known one");
    }
  }

  private void pushes(PushProbe probe, ObjectId tip) throws IOException {
    Optional<String> closed = probe.closed();
    if (closed.isPresent()) {
      tell("push", Level.broken, closed.get());
    } else if (!mayProbe) {
      tell(
          "push",
          Level.note,
          "the server begins to take one; whether rules or hooks let it through shows --probe, on a"
              + " scratch branch");
    } else {
      Optional<String> refused = probe.refused(tip);
      tell(
          "push",
          refused.isEmpty() ? Level.fine : Level.broken,
          refused
              .map(words -> "a scratch branch was refused: allow the writer's account. " + words)
              .orElse(
                  "a scratch branch was pushed and deleted; rules for %s itself may be stricter"
                      .formatted(repository.branch())));
    }
  }

  private void fighters(org.eclipse.jgit.lib.Repository store, ObjectId tip) throws IOException {
    Map<String, Integer> authors = Fighters.authors(store, tip);
    List<String> marked = Fighters.marked(store, tip);
    if (authors.isEmpty() && marked.isEmpty()) {
      tell("fighters", Level.fine, "no program among the last authors, no $imagepolicy marker");
    }
    if (!authors.isEmpty()) {
      tell(
          "fighters",
          Level.note,
          "programs write here and may bring a failed release back: "
              + authors
              + "; pin or hold the failed version there, too");
    }
    if (!marked.isEmpty()) {
      tell(
          "fighters",
          Level.note,
          "Flux image automation rewrites lines in "
              + marked
              + ": exclude failed tags in the ImagePolicy");
    }
  }

  private long size() throws IOException {
    try (Stream<Path> files = Files.walk(mirror)) {
      return files.filter(Files::isRegularFile).mapToLong(Doctor::bytes).sum();
    }
  }

  private static long bytes(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void tell(String name, Level level, String message) {
    checks.add(new Check(name, level, message));
  }
}
