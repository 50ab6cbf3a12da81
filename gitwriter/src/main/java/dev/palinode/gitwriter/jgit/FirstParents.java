package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.plan.CommitMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;

/** The line of commits that a branch itself has been at, newest first. */
final class FirstParents {
  private static final int MAX_LINE = 200_000;
  private static final int MAX_TRAILER_SCAN = 2_000;
  private static final int MAX_STATE_SCAN = 20_000;

  private final RevWalk walk;
  private final RevCommit tip;

  /** Commits that were found below a tip; they are below every tip on top of it as well. */
  private final Map<ObjectId, RevCommit> below;

  FirstParents(RevWalk walk, ObjectId tip) throws IOException {
    this(walk, tip, new HashMap<>());
  }

  private FirstParents(RevWalk walk, ObjectId tip, Map<ObjectId, RevCommit> below)
      throws IOException {
    this.walk = walk;
    this.tip = walk.parseCommit(tip);
    this.below = below;
  }

  /**
   * The same line with one more commit on it.
   *
   * @param child whose first parent is the tip
   */
  FirstParents grownBy(ObjectId child) throws IOException {
    return new FirstParents(walk, child, below);
  }

  RevCommit tip() {
    return tip;
  }

  /**
   * The first commit from {@code start} downwards that passes, looking at no more than {@code max}.
   */
  private Optional<RevCommit> first(RevCommit start, int max, Predicate<RevCommit> test)
      throws IOException {
    RevCommit here = start;
    for (int i = 0; i < max; i++) {
      if (test.test(here)) {
        return Optional.of(here);
      }
      Optional<RevCommit> next = parent(here);
      if (next.isEmpty()) {
        return Optional.empty();
      }
      here = next.get();
    }
    return Optional.empty();
  }

  Optional<RevCommit> parent(RevCommit commit) throws IOException {
    return commit.getParentCount() == 0
        ? Optional.empty()
        : Optional.of(walk.parseCommit(commit.getParent(0)));
  }

  /** The commit {@code id} if it is {@code start} or one of its first-parent ancestors. */
  Optional<RevCommit> find(RevCommit start, AnyObjectId id) throws IOException {
    if (!start.equals(tip)) {
      return first(start, MAX_LINE, c -> AnyObjectId.isEqual(c, id));
    }
    RevCommit known = below.get(id.toObjectId());
    if (known != null) {
      return Optional.of(known);
    }
    Optional<RevCommit> found = first(start, MAX_LINE, c -> AnyObjectId.isEqual(c, id));
    found.ifPresent(c -> below.put(c.toObjectId(), c));
    return found;
  }

  /** The first commit downwards from {@code start} that passes, within the scan limit. */
  Optional<RevCommit> newest(RevCommit start, Predicate<RevCommit> test) throws IOException {
    return first(start, MAX_STATE_SCAN, test);
  }

  /**
   * The commit that carries an intent, looked for down to {@code stop} (not itself) or as far as
   * the scan goes.
   */
  Optional<RevCommit> carrying(String intent, Optional<ObjectId> stop) throws IOException {
    Optional<RevCommit> end =
        first(
            tip,
            MAX_TRAILER_SCAN,
            c ->
                stop.filter(s -> AnyObjectId.isEqual(s, c)).isPresent()
                    || c.getFooterLines(CommitMessage.INTENT).contains(intent));
    return end.filter(c -> c.getFooterLines(CommitMessage.INTENT).contains(intent));
  }

  /**
   * Commits of the line after {@code older} up to {@code newer} that changed one of {@code files},
   * newest first.
   */
  List<RevCommit> changing(RevCommit older, RevCommit newer, Collection<String> files)
      throws IOException {
    List<RevCommit> found = new ArrayList<>();
    RevCommit here = newer;
    for (int i = 0; i < MAX_TRAILER_SCAN && !here.equals(older); i++) {
      Optional<RevCommit> parent = parent(here);
      if (parent.isEmpty()) {
        break;
      }
      if (differs(here, parent.get(), files)) {
        found.add(here);
      }
      here = parent.get();
    }
    return found;
  }

  boolean differs(RevCommit a, RevCommit b, Collection<String> files) {
    CommitTree left = tree(a);
    CommitTree right = tree(b);
    return files.stream().anyMatch(f -> !left.at(f).equals(right.at(f)));
  }

  CommitTree tree(RevCommit commit) {
    return new CommitTree(walk.getObjectReader(), commit.getTree());
  }
}
