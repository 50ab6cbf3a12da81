package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.plan.Plan;
import dev.palinode.gitwriter.plan.Planner;
import dev.palinode.gitwriter.plan.Tree;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.jspecify.annotations.Nullable;

/**
 * One submission of an intent. Every try starts with a fetch and plans anew on what it finds, so
 * whatever became of the try before is seen before anything is written.
 */
final class Attempt {
  private static final int MAX_UNKNOWN_REJECTIONS = 3;

  private final Intent intent;
  private final Credentials credentials;
  private final Mirror mirror;
  private final Remote remote;
  private final Instant now;

  private final Map<ObjectId, List<String>> sent = new HashMap<>();
  private int tries;
  private int unknownRejections;
  private @Nullable ObjectId rejectedAt;
  private String rejection = "";

  Attempt(Intent intent, Credentials credentials, Mirror mirror, Remote remote, Instant now) {
    this.intent = intent;
    this.credentials = credentials;
    this.mirror = mirror;
    this.remote = remote;
    this.now = now;
  }

  /** What one try led to. */
  sealed interface Step {
    /** Settled. */
    record Done(WriteOutcome outcome) implements Step {}

    /**
     * Once more.
     *
     * @param atLast the outcome if no try is left
     * @param pause false if another writer's pace has nothing to do with it
     */
    record Again(WriteOutcome atLast, boolean pause) implements Step {}
  }

  Step next() {
    tries++;
    try {
      return mirror.use(this::onStore);
    } catch (Tree.TooLarge e) {
      return done(new WriteOutcome.Blocked(BlockReason.CannotMap, String.valueOf(e.getMessage())));
    } catch (StoreFault e) {
      return new Step.Done(
          new WriteOutcome.Blocked(
              BlockReason.StoreBroken, credentials.scrub(String.valueOf(e.getMessage()))));
    }
  }

  private Step onStore(Repository store) throws IOException {
    return switch (remote.fetch(store, intent.repository(), credentials)) {
      case Remote.Fetched.Failed(var outcome) -> new Step.Done(outcome);
      case Remote.Fetched.Tip(var tip) -> {
        try (RevWalk walk = new RevWalk(store)) {
          yield onTip(store, new FirstParents(walk, tip));
        }
      }
    };
  }

  private Step onTip(Repository store, FirstParents line) throws IOException {
    Optional<RevCommit> ours =
        line.carrying(intent.id(), Revisions.told(intent.failed().revision()));
    if (ours.isPresent()) {
      List<String> files = sent.get(ours.get().toObjectId());
      return done(
          files == null
              ? new WriteOutcome.AlreadyThere(ours.get().name())
              : new WriteOutcome.Committed(ours.get().name(), files, tries));
    }
    if (isRefusedFor(line.tip())) {
      return done(new WriteOutcome.Refused(rejection));
    }
    return switch (Revisions.find(line, intent, now)) {
      case Revisions.Result.None(var outcome) -> done(outcome);
      case Revisions.Result.Pair(var bad, var good) -> onRevisions(store, line, bad, good);
    };
  }

  /** A rejection while the tip stood still was no race, unless the server's words say so. */
  private boolean isRefusedFor(ObjectId tip) {
    if (!tip.equals(rejectedAt) || Faults.isRace(rejection)) {
      return false;
    }
    return Faults.isRefusal(rejection) || ++unknownRejections >= MAX_UNKNOWN_REJECTIONS;
  }

  private Step onRevisions(Repository store, FirstParents line, RevCommit bad, RevCommit good)
      throws IOException {
    Plan plan = Planner.plan(line.tree(line.tip()), line.tree(bad), line.tree(good), intent);
    return switch (plan) {
      case Plan.Restore restore -> write(store, line, new CommitBuild(line, good, bad), restore);
      case Plan.AlreadyGood _ ->
          done(
              new WriteOutcome.Superseded(
                  "the files at the tip are the last good ones already, without a commit of ours"));
      case Plan.Superseded(var message) -> done(new WriteOutcome.Superseded(message));
      case Plan.Blocked(var reason, var message) -> done(new WriteOutcome.Blocked(reason, message));
      case Plan.Changed(var files) ->
          done(new WriteOutcome.Blocked(BlockReason.FileChanged, changed(line, bad, files)));
    };
  }

  static String changed(FirstParents line, RevCommit bad, List<String> files) throws IOException {
    List<String> parts = new ArrayList<>();
    for (String file : files) {
      List<RevCommit> later = line.changing(bad, line.tip(), List.of(file));
      parts.add(
          "'%s'%s"
              .formatted(
                  file, later.isEmpty() ? "" : " by " + later.getFirst().name().substring(0, 12)));
    }
    return "changed after the failed release: "
        + String.join(", ", parts)
        + "; put the failed part back by hand, the later work must not be lost";
  }

  private Step write(Repository store, FirstParents line, CommitBuild build, Plan.Restore plan)
      throws IOException {
    CommitBuild.Built built = build.build(store, intent, plan);
    if (built.commit().isEmpty()) {
      return done(new WriteOutcome.Blocked(BlockReason.NotLastGood, built.violation()));
    }
    ObjectId commit = built.commit().get();
    List<String> files = List.copyOf(plan.edits().keySet());
    sent.put(commit, files);
    return switch (remote.push(store, intent.repository(), credentials, commit, line.tip())) {
      case Remote.Pushed.Landed _ -> done(new WriteOutcome.Committed(commit.name(), files, tries));
      case Remote.Pushed.Raced _ -> new Step.Again(contended(), true);
      case Remote.Pushed.Rejected(var words) -> {
        rejection = words;
        rejectedAt = line.tip().toObjectId();
        boolean isRefusal = Faults.isRefusal(words) && !Faults.isRace(words);
        yield new Step.Again(new WriteOutcome.Refused(words), !isRefusal);
      }
      case Remote.Pushed.Lost(var message) ->
          new Step.Again(
              new WriteOutcome.Unreachable(
                  "the answer of " + intent.repository().place() + " got lost: " + message),
              true);
      case Remote.Pushed.Failed(var outcome) -> done(outcome);
    };
  }

  private WriteOutcome contended() {
    return new WriteOutcome.Contended(
        "others pushed to " + intent.repository() + " first, every time", tries);
  }

  private static Step done(WriteOutcome outcome) {
    return new Step.Done(outcome);
  }
}
