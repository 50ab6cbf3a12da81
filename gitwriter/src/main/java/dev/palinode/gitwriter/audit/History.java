package dev.palinode.gitwriter.audit;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.jspecify.annotations.Nullable;

/** Commits of a repository on disk, along first parents. Reads and never writes. */
final class History implements AutoCloseable {
  /** Longer lines than this belong to no deployment repository. */
  private static final int MAX_LINE = 500_000;

  private final Repository repository;
  private final RevWalk walk;

  private History(Repository repository) {
    this.repository = repository;
    this.walk = new RevWalk(repository);
    walk.setRetainBody(true);
  }

  /**
   * @param directory a bare repository, or one with a work tree
   * @param environment of the process: inside a receive hook git names there where the pushed
   *     objects are until it accepts them
   */
  static History open(Path directory, Map<String, String> environment) throws IOException {
    FileRepositoryBuilder builder = new FileRepositoryBuilder();
    File git = directory.resolve(".git").toFile();
    builder.setGitDir(git.exists() && git.isDirectory() ? git : directory.toFile());
    @Nullable String objects = environment.get("GIT_OBJECT_DIRECTORY");
    if (objects != null && environment.containsKey("GIT_QUARANTINE_PATH")) {
      builder.setObjectDirectory(absolute(directory, objects));
      String others = environment.getOrDefault("GIT_ALTERNATE_OBJECT_DIRECTORIES", "");
      for (String other : others.split(File.pathSeparator)) {
        if (!other.isEmpty()) {
          builder.addAlternateObjectDirectory(absolute(directory, other));
        }
      }
    }
    Repository repository = builder.setMustExist(true).build();
    return new History(repository);
  }

  private static File absolute(Path directory, String path) {
    return directory.resolve(path).toFile();
  }

  Repository repository() {
    return repository;
  }

  ObjectReader reader() {
    return walk.getObjectReader();
  }

  /** The commit that a name, a branch or an id stands for. */
  Optional<RevCommit> resolve(String name) throws IOException {
    @Nullable ObjectId id = name.isBlank() ? null : repository.resolve(name + "^{commit}");
    return id == null ? Optional.empty() : Optional.of(walk.parseCommit(id));
  }

  /** The commit of a full id, if it is one and is here. */
  Optional<RevCommit> commit(String id) throws IOException {
    if (!ObjectId.isId(id) || !repository.getObjectDatabase().has(ObjectId.fromString(id))) {
      return Optional.empty();
    }
    var object = walk.parseAny(ObjectId.fromString(id));
    return object instanceof RevCommit commit ? Optional.of(commit) : Optional.empty();
  }

  Optional<RevCommit> parent(RevCommit commit) throws IOException {
    return commit.getParentCount() == 0
        ? Optional.empty()
        : Optional.of(walk.parseCommit(commit.getParent(0)));
  }

  /** First parents from {@code tip} down, without {@code stop} and what it already had. */
  List<RevCommit> line(RevCommit tip, Optional<RevCommit> stop) throws IOException {
    Set<ObjectId> old = stop.isPresent() ? end(stop.get(), tip) : Set.of();
    List<RevCommit> line = new ArrayList<>();
    Optional<RevCommit> here = Optional.of(tip);
    while (here.isPresent() && line.size() < MAX_LINE && !old.contains(here.get())) {
      line.add(here.get());
      here = parent(here.get());
    }
    return line;
  }

  /** Where the line from {@code tip} meets what {@code stop} already had; empty if nowhere. */
  private Set<ObjectId> end(RevCommit stop, RevCommit tip) throws IOException {
    Set<ObjectId> fresh = new HashSet<>();
    try (RevWalk other = new RevWalk(repository)) {
      other.setRetainBody(false);
      other.markStart(other.parseCommit(tip));
      other.markUninteresting(other.parseCommit(stop));
      for (RevCommit commit : other) {
        fresh.add(commit.copy());
      }
    }
    Optional<RevCommit> here = Optional.of(tip);
    while (here.isPresent() && fresh.contains(here.get())) {
      here = parent(here.get());
    }
    return here.<Set<ObjectId>>map(Set::of).orElse(Set.of());
  }

  /** True if {@code older} is {@code newer} or one of its first-parent ancestors. */
  boolean isOnLine(RevCommit older, RevCommit newer) throws IOException {
    Optional<RevCommit> here = Optional.of(newer);
    for (int i = 0; here.isPresent() && i < MAX_LINE; i++) {
      if (AnyObjectId.isEqual(here.get(), older)) {
        return true;
      }
      here = parent(here.get());
    }
    return false;
  }

  Snapshot snapshot(RevCommit commit) {
    return new Snapshot(reader(), commit.getTree());
  }

  @Override
  public void close() {
    walk.close();
    repository.close();
  }
}
