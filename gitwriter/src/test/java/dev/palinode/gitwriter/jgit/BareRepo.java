package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.Shop;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.util.FS;

/** A real bare repository with git's own tools beside it; others commit here, we look. */
final class BareRepo {
  private static final AtomicInteger COUNT = new AtomicInteger();

  static {
    // JGit measures the disk's clock in the first folder that it meets. Done in the background, its
    // probe files would come back while a test's folder is being deleted.
    HermeticSystemReader.install();
    FS.FileStoreAttributes.setBackground(false);
    FS.getFileStoreAttributes(Path.of(System.getProperty("java.io.tmpdir")));
    FS.FileStoreAttributes.setBackground(true);
  }

  final Path dir;

  private BareRepo(Path dir) {
    this.dir = dir;
  }

  static BareRepo create(Path parent) {
    BareRepo repo = new BareRepo(parent.resolve("repo" + COUNT.incrementAndGet() + ".git"));
    run(parent, "git", "init", "-q", "--bare", "-b", "main", repo.dir.toString());
    repo.git("config", "http.receivepack", "true");
    repo.git("config", "gc.auto", "0");
    return repo;
  }

  /** The same without starting a process, for tests that need hundreds. */
  static BareRepo createInProcess(Path parent) {
    BareRepo repo = new BareRepo(parent.resolve("repo" + COUNT.incrementAndGet() + ".git"));
    try (Repository db = repo.open()) {
      db.create(true);
      db.updateRef("HEAD").link("refs/heads/main");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return repo;
  }

  String url() {
    return dir.toString();
  }

  /**
   * A rival's commit on the tip; an absent content deletes, "-> x" links, "+x " makes executable.
   */
  String commit(String message, Map<String, String> files) {
    Map<String, byte[]> bytes = new HashMap<>();
    files.forEach((f, t) -> bytes.put(f, t == null ? null : t.getBytes(StandardCharsets.UTF_8)));
    return commitBytes(message, bytes);
  }

  String delete(String message, String file) {
    Map<String, byte[]> one = new HashMap<>();
    one.put(file, null);
    return commitBytes(message, one);
  }

  String commitBytes(String message, Map<String, byte[]> files) {
    for (int i = 0; i < 1000; i++) {
      try (Repository db = open()) {
        ObjectId tip = db.resolve("refs/heads/main");
        ObjectId made = build(db, tip, message, files);
        RefUpdate update = db.updateRef("refs/heads/main");
        update.setNewObjectId(made);
        update.setExpectedOldObjectId(tip == null ? ObjectId.zeroId() : tip);
        switch (update.update()) {
          case NEW, FAST_FORWARD -> {
            return made.name();
          }
          default -> {}
        }
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
    throw new AssertionError("the rival never got its turn");
  }

  /** Rewrites the branch to {@code commit}, as a force push does. */
  void reset(String commit) {
    git("update-ref", "refs/heads/main", commit);
  }

  /** As {@link #reset}, without starting a process. */
  void force(String commit) {
    try (Repository db = open()) {
      RefUpdate update = db.updateRef("refs/heads/main");
      update.setNewObjectId(ObjectId.fromString(commit));
      update.forceUpdate();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private ObjectId build(Repository db, ObjectId tip, String message, Map<String, byte[]> files)
      throws IOException {
    DirCache cache = DirCache.newInCore();
    DirCacheBuilder entries = cache.builder();
    Instant when = Shop.T0;
    try (ObjectInserter inserter = db.newObjectInserter();
        RevWalk walk = new RevWalk(db)) {
      if (tip != null) {
        RevCommit parent = walk.parseCommit(tip);
        when = Instant.ofEpochSecond(parent.getCommitTime()).plusSeconds(600);
        try (TreeWalk tree = new TreeWalk(db)) {
          tree.addTree(parent.getTree());
          tree.setRecursive(true);
          while (tree.next()) {
            if (!files.containsKey(tree.getPathString())) {
              DirCacheEntry entry = new DirCacheEntry(tree.getPathString());
              entry.setFileMode(tree.getFileMode(0));
              entry.setObjectId(tree.getObjectId(0));
              entries.add(entry);
            }
          }
        }
      }
      for (var file : files.entrySet()) {
        if (file.getValue() != null) {
          entries.add(entry(inserter, file.getKey(), file.getValue()));
        }
      }
      entries.finish();
      CommitBuilder commit = new CommitBuilder();
      commit.setTreeId(cache.writeTree(inserter));
      if (tip != null) {
        commit.setParentId(tip);
      }
      PersonIdent who = new PersonIdent("Dana", "dana@example.com", when, ZoneOffset.UTC);
      commit.setAuthor(who);
      commit.setCommitter(who);
      commit.setMessage(message);
      ObjectId id = inserter.insert(commit);
      inserter.flush();
      return id;
    }
  }

  private static DirCacheEntry entry(ObjectInserter inserter, String path, byte[] content)
      throws IOException {
    String text = new String(content, StandardCharsets.UTF_8);
    DirCacheEntry entry = new DirCacheEntry(path);
    FileMode mode = FileMode.REGULAR_FILE;
    byte[] bytes = content;
    if (text.startsWith("-> ")) {
      mode = FileMode.SYMLINK;
      bytes = text.substring(3).getBytes(StandardCharsets.UTF_8);
    } else if (text.startsWith("#!")) {
      mode = FileMode.EXECUTABLE_FILE;
    }
    entry.setFileMode(mode);
    entry.setObjectId(inserter.insert(org.eclipse.jgit.lib.Constants.OBJ_BLOB, bytes));
    return entry;
  }

  Repository open() throws IOException {
    return new FileRepositoryBuilder().setGitDir(dir.toFile()).setBare().build();
  }

  String tip() {
    return git("rev-parse", "refs/heads/main").strip();
  }

  int count() {
    return Integer.parseInt(git("rev-list", "--count", "main").strip());
  }

  /** Commits with our trailer. */
  int reverts() {
    return (int)
        git("log", "--format=%(trailers:key=Rollback-Intent,valueonly)", "main")
            .lines()
            .filter(l -> !l.isBlank())
            .count();
  }

  byte[] bytes(String path) {
    return runBytes(dir, "git", "cat-file", "blob", "main:" + path);
  }

  String text(String path) {
    return new String(bytes(path), StandardCharsets.UTF_8);
  }

  boolean has(String path) {
    return !git("ls-tree", "main", path).isEmpty();
  }

  String git(String... args) {
    List<String> all = new ArrayList<>(List.of("git"));
    all.addAll(List.of(args));
    return run(dir, all.toArray(String[]::new));
  }

  void fsck() {
    git("fsck", "--strict", "--no-dangling");
  }

  void hook(String name, String script) {
    try {
      Path hook = dir.resolve("hooks").resolve(name);
      Files.createDirectories(hook.getParent());
      Files.writeString(hook, "#!/bin/sh\n" + script);
      if (!hook.toFile().setExecutable(true)) {
        throw new AssertionError("cannot make the hook executable");
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static String run(Path dir, String... command) {
    return new String(runBytes(dir, command), StandardCharsets.UTF_8);
  }

  private static byte[] runBytes(Path dir, String... command) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command).directory(dir.toFile());
      builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
      builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
      builder.redirectError(ProcessBuilder.Redirect.appendTo(new File("/dev/null")));
      Process process = builder.start();
      process.getOutputStream().close();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      process.getInputStream().transferTo(out);
      if (process.waitFor() != 0) {
        throw new AssertionError(List.of(command) + " failed: " + out);
      }
      return out.toByteArray();
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
