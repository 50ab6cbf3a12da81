package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.plan.Planner;
import dev.palinode.gitwriter.plan.TreePath;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevCommit;
import org.jspecify.annotations.Nullable;

/**
 * The two commits an intent is about, told or found, and only if the branch still stands on both.
 */
final class Revisions {
  /** As agents write it: the commit alone, or after "branch@sha1:". */
  private static final Pattern REVISION = Pattern.compile("(?:.*[@/])?(?:sha1:)?([0-9a-f]{40})");

  /** Found and allowed, or not. */
  sealed interface Result {
    /** Good is a first-parent ancestor of bad, bad of the tip. */
    record Pair(RevCommit bad, RevCommit good) implements Result {}

    /** Why there is no such pair. */
    record None(WriteOutcome outcome) implements Result {}
  }

  private Revisions() {}

  /** Empty if none was told; a malformed one is an error of the intent. */
  static Optional<ObjectId> told(@Nullable String revision) {
    if (revision == null || revision.isBlank()) {
      return Optional.empty();
    }
    Matcher text = REVISION.matcher(revision.strip());
    if (!text.matches()) {
      throw new IllegalArgumentException("'" + revision + "' is not a full commit id");
    }
    return Optional.of(ObjectId.fromString(text.group(1)));
  }

  static Result find(FirstParents line, Intent intent, Instant now) throws IOException {
    RevisionFinder finder =
        new RevisionFinder(line, TreePath.normal(intent.path()), intent.object());
    Optional<ObjectId> toldBad = told(intent.failed().revision());
    Optional<RevCommit> bad =
        toldBad.isPresent() ? line.find(line.tip(), toldBad.get()) : finder.failed(intent);
    if (bad.isEmpty()) {
      return none(
          toldBad.isPresent()
              ? rewritten(toldBad.get(), "the branch")
              : unexplained(line, finder, intent));
    }
    Optional<ObjectId> toldGood = told(intent.lastGood().revision());
    if (toldGood.isPresent() && toldGood.get().equals(bad.get())) {
      return none(
          new WriteOutcome.Blocked(
              BlockReason.CannotMap, "the failed and the last good revision are the same commit"));
    }
    Optional<RevCommit> good =
        toldGood.isPresent()
            ? line.find(bad.get(), toldGood.get())
            : finder.lastGood(intent, bad.get());
    if (good.isEmpty()) {
      return none(
          toldGood.isPresent()
              ? rewritten(toldGood.get(), "the failed revision " + bad.get().name())
              : new WriteOutcome.Blocked(
                  BlockReason.RevisionUnknown,
                  "no commit before "
                      + bad.get().name()
                      + " holds the last good state "
                      + intent.lastGood().images()));
    }
    RevCommit successor = successor(line, intent, bad.get(), good.get());
    Duration age = Duration.between(successor.getCommitterIdent().getWhenAsInstant(), now);
    if (age.compareTo(intent.maxAge()) > 0) {
      return none(
          new WriteOutcome.Blocked(
              BlockReason.TooOld,
              "the last good state %s was replaced %d hours ago, the GitTarget allows %d (maxAge)"
                  .formatted(good.get().name(), age.toHours(), intent.maxAge().toHours())));
    }
    return new Result.Pair(bad.get(), good.get());
  }

  /**
   * The commit that took the good state away. Its age counts: an app that nobody touched for months
   * has a good state that was current until today.
   */
  private static RevCommit successor(
      FirstParents line, Intent intent, RevCommit bad, RevCommit good) throws IOException {
    Set<String> owned = Planner.ownedFiles(line.tree(good), intent);
    List<RevCommit> changes = line.changing(good, bad, owned);
    return changes.isEmpty() ? bad : changes.getLast();
  }

  private static Result none(WriteOutcome outcome) {
    return new Result.None(outcome);
  }

  private static WriteOutcome rewritten(ObjectId id, String of) {
    return new WriteOutcome.Blocked(
        BlockReason.HistoryRewritten,
        "%s is not a first-parent ancestor of %s: its history was rewritten, or the revision is not from this branch"
            .formatted(id.name(), of));
  }

  private static WriteOutcome unexplained(FirstParents line, RevisionFinder finder, Intent intent)
      throws IOException {
    return finder.newestCarrying(line.tip(), intent.failed().images()).isPresent()
        ? new WriteOutcome.Superseded(
            "the branch does not hold the failed images %s any more"
                .formatted(intent.failed().images()))
        : new WriteOutcome.Blocked(
            BlockReason.RevisionUnknown,
            "no commit of the branch holds the failed images %s below '%s'"
                .formatted(intent.failed().images(), intent.path()));
  }
}
