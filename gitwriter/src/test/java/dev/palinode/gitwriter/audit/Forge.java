package dev.palinode.gitwriter.audit;

import dev.palinode.gitwriter.Shop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.GpgSignature;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.treewalk.TreeWalk;

/** Makes any commit by hand, honest or not. */
final class Forge implements AutoCloseable {
  static final PersonIdent BOT =
      new PersonIdent("Palinode", "palinode@example.com", Shop.ASKED, ZoneOffset.UTC);
  static final PersonIdent DANA =
      new PersonIdent("Dana", "dana@example.com", Shop.T0, ZoneOffset.UTC);

  final Path dir;
  private final Repository db;

  /** What stands at a path. */
  record Content(FileMode mode, ObjectId id) {}

  /** A file to write; null content deletes it. */
  record Put(String path, FileMode mode, byte[] bytes) {}

  Forge(Path dir) {
    this.dir = dir;
    try {
      db = new FileRepositoryBuilder().setGitDir(dir.toFile()).setBare().build();
      db.create(true);
      RefUpdate head = db.updateRef(Constants.HEAD);
      head.link("refs/heads/main");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Put file(String path, String text) {
    return new Put(path, FileMode.REGULAR_FILE, text.getBytes(StandardCharsets.UTF_8));
  }

  static Put gone(String path) {
    return new Put(path, FileMode.MISSING, new byte[0]);
  }

  /** A commit of somebody else on the tip. */
  String release(String message, Put... files) {
    return commit(message, DANA, DANA, List.of("main"), c -> c, files);
  }

  /** A commit that claims to be ours on the tip. */
  String ours(String message, Put... files) {
    return commit(message, BOT, BOT, List.of("main"), c -> c, files);
  }

  String commit(
      String message,
      PersonIdent author,
      PersonIdent committer,
      List<String> parents,
      UnaryOperator<CommitBuilder> last,
      Put... files) {
    try (ObjectInserter inserter = db.newObjectInserter();
        RevWalk walk = new RevWalk(db)) {
      List<ObjectId> ids = new ArrayList<>();
      for (String parent : parents) {
        ObjectId id = db.resolve(parent);
        if (id != null) {
          ids.add(id);
        }
      }
      RevCommit base = ids.isEmpty() ? null : walk.parseCommit(ids.getFirst());
      CommitBuilder commit = new CommitBuilder();
      commit.setTreeId(tree(inserter, base, files));
      commit.setParentIds(ids);
      long time = base == null ? Shop.T0.getEpochSecond() : base.getCommitTime();
      Instant when = author.equals(BOT) ? Shop.ASKED : Instant.ofEpochSecond(time).plusSeconds(60);
      commit.setAuthor(new PersonIdent(author, when));
      commit.setCommitter(new PersonIdent(committer, when));
      commit.setMessage(message);
      ObjectId id = inserter.insert(last.apply(commit));
      inserter.flush();
      RefUpdate update = db.updateRef("refs/heads/main");
      update.setNewObjectId(id);
      update.forceUpdate();
      return id.name();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ObjectId tree(ObjectInserter inserter, RevCommit base, Put... files) throws IOException {
    TreeMap<String, Content> all = new TreeMap<>();
    if (base != null) {
      try (TreeWalk walk = new TreeWalk(db)) {
        walk.addTree(base.getTree());
        walk.setRecursive(true);
        while (walk.next()) {
          all.put(walk.getPathString(), new Content(walk.getFileMode(0), walk.getObjectId(0)));
        }
      }
    }
    for (Put file : files) {
      if (file.mode().equals(FileMode.MISSING)) {
        all.remove(file.path());
      } else if (file.mode().equals(FileMode.GITLINK)) {
        all.put(
            file.path(),
            new Content(
                file.mode(),
                ObjectId.fromString(new String(file.bytes(), StandardCharsets.US_ASCII))));
      } else {
        all.put(
            file.path(),
            new Content(file.mode(), inserter.insert(Constants.OBJ_BLOB, file.bytes())));
      }
    }
    DirCache cache = DirCache.newInCore();
    DirCacheBuilder builder = cache.builder();
    all.forEach((path, content) -> {
      DirCacheEntry entry = new DirCacheEntry(path);
      entry.setFileMode(content.mode());
      entry.setObjectId(content.id());
      builder.add(entry);
    });
    builder.finish();
    return cache.writeTree(inserter);
  }

  static UnaryOperator<CommitBuilder> signed(String signature) {
    return commit -> {
      commit.setGpgSignature(new GpgSignature(signature.getBytes(StandardCharsets.US_ASCII)));
      return commit;
    };
  }

  Answer.Looked look(Rules rules) {
    return look("main", rules);
  }

  Answer.Looked look(String range, Rules rules) {
    return (Answer.Looked) Audit.of(dir, range, rules, java.util.Map.of());
  }

  String subject() {
    try (RevWalk walk = new RevWalk(db)) {
      return walk.parseCommit(db.resolve("main")).getShortMessage();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Findings of the newest commit of ours. */
  List<String> findings(Rules rules) {
    return look(rules).verdicts().getFirst().findings();
  }

  static String join(String... lines) {
    return String.join("\n", Arrays.asList(lines)) + "\n";
  }

  @Override
  public void close() {
    db.close();
  }
}
