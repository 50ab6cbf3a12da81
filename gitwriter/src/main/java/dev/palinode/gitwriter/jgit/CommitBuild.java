package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.CommitSigner;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.plan.CommitMessage;
import dev.palinode.gitwriter.plan.Grants;
import dev.palinode.gitwriter.plan.Plan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.GpgSignature;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/**
 * Turns a plan into a commit on top of the tip. Author, time and text come from the intent alone:
 * the same intent on the same parent is the same commit, whoever builds it and how often.
 */
final class CommitBuild {
  private final FirstParents line;
  private final RevCommit good;
  private final RevCommit bad;
  private final Optional<CommitSigner> signer;

  CommitBuild(FirstParents line, RevCommit good, RevCommit bad, Optional<CommitSigner> signer) {
    this.line = line;
    this.signer = signer;
    this.good = good;
    this.bad = bad;
  }

  /** A commit in the store, or why it must not leave it. */
  record Built(Optional<ObjectId> commit, String violation) {}

  /**
   * @param reader sees what {@code inserter} was given, flushed or not
   * @param inserter whoever flushes it makes the commit last
   */
  Built build(ObjectReader reader, ObjectInserter inserter, Intent intent, Plan.Restore plan)
      throws IOException {
    RevCommit tip = line.tip();
    for (byte[] content : plan.contents().values()) {
      inserter.insert(Constants.OBJ_BLOB, content);
    }
    ObjectId tree = new TreeRewrite(reader, inserter).apply(tip.getTree(), plan.edits());
    Optional<String> violation =
        RestoreProof.violation(
            reader, tip.getTree(), tree, good.getTree(), plan.edits().keySet(), Grants.of(intent));
    if (violation.isPresent()) {
      return new Built(Optional.empty(), violation.get());
    }
    CommitBuilder commit = new CommitBuilder();
    commit.setTreeId(tree);
    commit.setParentId(tip);
    PersonIdent author = author(intent);
    commit.setAuthor(author);
    commit.setCommitter(author);
    commit.setEncoding(StandardCharsets.UTF_8);
    commit.setMessage(message(reader, intent, plan));
    sign(commit);
    return new Built(Optional.of(inserter.insert(commit)), "");
  }

  private void sign(CommitBuilder commit) throws IOException {
    if (signer.isPresent()) {
      byte[] signature = signer.get().sign(commit.build()).getBytes(StandardCharsets.US_ASCII);
      commit.setGpgSignature(new GpgSignature(signature));
    }
  }

  private static PersonIdent author(Intent intent) {
    return new PersonIdent(
        CommitMessage.line(intent.author().name(), 200),
        CommitMessage.line(intent.author().email(), 200),
        intent.createdAt(),
        ZoneOffset.UTC);
  }

  private String message(ObjectReader reader, Intent intent, Plan.Restore plan) throws IOException {
    List<RevCommit> introducing = line.changing(good, bad, plan.edits().keySet());
    boolean isWhole =
        introducing.size() == 1
            && plan.level() != Plan.Level.Field
            && changesOnly(reader, introducing.getFirst(), plan.edits().keySet());
    List<CommitMessage.Introduced> named =
        introducing.stream()
            .map(c ->
                new CommitMessage.Introduced(
                    c.name(), c.getFullMessage(), c.getAuthorIdent().getName()))
            .toList();
    return CommitMessage.of(intent, good.name(), named, isWhole, plan);
  }

  /** True if the commit changed these files and no other; looks no further than the first other. */
  private boolean changesOnly(ObjectReader reader, RevCommit commit, Set<String> files)
      throws IOException {
    Optional<RevCommit> parent = line.parent(commit);
    return parent.isPresent() && differOnlyIn(reader, parent.get(), commit, files);
  }

  /** True if all these files differ between the two commits, and no other does. */
  static boolean differOnlyIn(
      ObjectReader reader, RevCommit before, RevCommit after, Set<String> files)
      throws IOException {
    Set<String> left = new HashSet<>(files);
    try (TreeWalk walk = new TreeWalk(reader)) {
      walk.addTree(before.getTree());
      walk.addTree(after.getTree());
      walk.setRecursive(true);
      walk.setFilter(TreeFilter.ANY_DIFF);
      while (walk.next()) {
        if (!left.remove(walk.getPathString())) {
          return false;
        }
      }
    }
    return left.isEmpty();
  }
}
