package dev.palinode.gitwriter.jgit;

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
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
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

  CommitBuild(FirstParents line, RevCommit good, RevCommit bad) {
    this.line = line;
    this.good = good;
    this.bad = bad;
  }

  /** A commit in the store, or why it must not leave it. */
  record Built(Optional<ObjectId> commit, String violation) {}

  Built build(Repository store, Intent intent, Plan.Restore plan) throws IOException {
    RevCommit tip = line.tip();
    try (ObjectReader reader = store.newObjectReader();
        ObjectInserter inserter = store.newObjectInserter()) {
      ObjectId tree = new TreeRewrite(reader, inserter).apply(tip.getTree(), plan.edits());
      inserter.flush();
      Optional<String> violation =
          RestoreProof.violation(
              reader,
              tip.getTree(),
              tree,
              good.getTree(),
              plan.edits().keySet(),
              Grants.of(intent));
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
      ObjectId id = inserter.insert(commit);
      inserter.flush();
      return new Built(Optional.of(id), "");
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
            && changedFiles(reader, introducing.getFirst()).equals(plan.edits().keySet());
    List<CommitMessage.Introduced> named =
        introducing.stream()
            .map(c -> new CommitMessage.Introduced(c.name(), c.getShortMessage()))
            .toList();
    return CommitMessage.of(intent, good.name(), named, isWhole);
  }

  private Set<String> changedFiles(ObjectReader reader, RevCommit commit) throws IOException {
    Optional<RevCommit> parent = line.parent(commit);
    return parent.isPresent() ? changedFiles(reader, parent.get(), commit) : Set.of();
  }

  /** Paths of all files that differ between two commits. */
  static Set<String> changedFiles(ObjectReader reader, RevCommit before, RevCommit after)
      throws IOException {
    Set<String> files = new HashSet<>();
    try (TreeWalk walk = new TreeWalk(reader)) {
      walk.addTree(before.getTree());
      walk.addTree(after.getTree());
      walk.setRecursive(true);
      walk.setFilter(TreeFilter.ANY_DIFF);
      while (walk.next()) {
        files.add(walk.getPathString());
      }
    }
    return files;
  }
}
