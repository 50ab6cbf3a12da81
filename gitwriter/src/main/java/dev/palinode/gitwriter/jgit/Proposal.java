package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Restoration;
import dev.palinode.gitwriter.Restoration.Introduced;
import dev.palinode.gitwriter.RestoreBranches.Request;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.plan.CommitMessage;
import dev.palinode.gitwriter.plan.Plan;
import dev.palinode.gitwriter.plan.Planner;
import dev.palinode.gitwriter.plan.Tree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;

/**
 * One look at a branch of ours beside the base: planned from scratch on the base's tip, and the
 * branch replaced only where it would not bring exactly that plan, and only if all on it is ours.
 */
final class Proposal {
  private static final int MAX_OWNERS_BYTES = 1 << 20;

  private final Intent intent;
  private final Request request;
  private final Credentials credentials;
  private final JGitBranchRemote remote;
  private final Instant now;

  Proposal(
      Intent intent,
      Request request,
      Credentials credentials,
      JGitBranchRemote remote,
      Instant now) {
    this.intent = intent.proposed();
    this.request = request;
    this.credentials = credentials;
    this.remote = remote;
    this.now = now;
  }

  Restoration onStore(Repository store) throws IOException {
    return switch (remote.fetchBase(store, intent.repository(), credentials)) {
      case Remote.Fetched.Failed(var outcome) -> settled(outcome);
      case Remote.Fetched.Tip(var tip) ->
          switch (remote.fetch(store, intent.repository(), request.branch(), credentials)) {
            case JGitBranchRemote.Head.Failed(var outcome) -> settled(outcome);
            case JGitBranchRemote.Head.At(var head) -> {
              try (RevWalk walk = new RevWalk(store)) {
                yield onTip(store, walk, new FirstParents(walk, tip), head);
              }
            }
          };
    };
  }

  private Restoration onTip(
      Repository store, RevWalk walk, FirstParents line, Optional<ObjectId> head)
      throws IOException {
    Optional<RevCommit> landed =
        line.carrying(intent.id(), Revisions.told(intent.failed().revision()));
    if (landed.isPresent()) {
      return settled(new WriteOutcome.AlreadyThere(landed.get().name()));
    }
    return switch (Revisions.find(line, intent, now)) {
      case Revisions.Result.None(var outcome) -> settled(outcome);
      case Revisions.Result.Pair(var bad, var good) -> {
        Plan plan = Planner.plan(line.tree(line.tip()), line.tree(bad), line.tree(good), intent);
        yield switch (plan) {
          case Plan.Restore restore -> {
            Optional<WriteOutcome> untrusted =
                GoodState.refusal(walk, good, credentials.verifier());
            yield untrusted.isPresent()
                ? settled(untrusted.get())
                : onPlan(store, walk, new Facts(line, bad, good, restore), head);
          }
          case Plan.AlreadyGood _ ->
              settled(
                  new WriteOutcome.Superseded(
                      "the files at the tip are the last good ones already"));
          case Plan.Superseded(var message) -> settled(new WriteOutcome.Superseded(message));
          case Plan.Blocked(var reason, var message) ->
              settled(new WriteOutcome.Blocked(reason, message));
          case Plan.Changed changed -> settled(Chain.blocked(line, bad, changed));
        };
      }
    };
  }

  private record Facts(FirstParents line, RevCommit bad, RevCommit good, Plan.Restore plan) {
    Set<String> files() {
      return plan.edits().keySet();
    }
  }

  private Restoration onPlan(Repository store, RevWalk walk, Facts facts, Optional<ObjectId> head)
      throws IOException {
    Optional<RevCommit> current = Optional.empty();
    if (head.isPresent()) {
      current = Optional.of(walk.parseCommit(head.get()));
      if (!isOurs(current.get())) {
        return settled(
            new WriteOutcome.Blocked(
                BlockReason.BranchTaken,
                "somebody else's commit %s is on %s: merge or close its pull request by hand, or delete the branch"
                    .formatted(head.get().name(), request.branch())));
      }
    }
    boolean stands =
        current.isPresent()
            && switch (request.upkeep()) {
              case Look -> false;
              case Keep -> bringsExactly(walk, facts, current.get());
              case Rebase ->
                  current.get().getParent(0).equals(facts.line().tip())
                      && bringsExactly(walk, facts, current.get());
            };
    if (stands) {
      return ready(facts, current.get(), false);
    }
    return switch (request.upkeep()) {
      case Look -> new Restoration.Wanted(List.copyOf(facts.files()));
      case Keep, Rebase -> push(store, walk, facts, head);
    };
  }

  /** One commit of ours: whoever added to it, or rewrote it, signs as themselves. */
  private boolean isOurs(RevCommit head) {
    return head.getParentCount() == 1
        && head.getFooterLines(CommitMessage.INTENT).contains(intent.id())
        && head.getCommitterIdent()
            .getEmailAddress()
            .equals(CommitMessage.line(intent.author().email(), 200));
  }

  /**
   * True if a merge into the tip would give the plan's result: it comes from the base's line,
   * changes the planned files only, to what is planned, and the tip has not touched them since.
   */
  private static boolean bringsExactly(RevWalk walk, Facts facts, RevCommit head)
      throws IOException {
    Optional<RevCommit> parent = facts.line().parent(head);
    if (parent.isEmpty()
        || facts.line().find(facts.line().tip(), parent.get()).isEmpty()
        || !CommitBuild.differOnlyIn(walk.getObjectReader(), parent.get(), head, facts.files())) {
      return false;
    }
    Tree before = facts.line().tree(parent.get());
    Tree after = facts.line().tree(head);
    Tree tip = facts.line().tree(facts.line().tip());
    return facts.plan().edits().entrySet().stream()
        .allMatch(e ->
            after.at(e.getKey()).equals(e.getValue())
                && before.at(e.getKey()).equals(tip.at(e.getKey())));
  }

  private Restoration push(Repository store, RevWalk walk, Facts facts, Optional<ObjectId> lease)
      throws IOException {
    CommitBuild.Built built = build(store, facts);
    if (built.commit().isEmpty()) {
      return settled(new WriteOutcome.Blocked(BlockReason.NotLastGood, built.violation()));
    }
    ObjectId commit = built.commit().get();
    String branch = request.branch();
    return switch (remote.push(store, intent.repository(), branch, credentials, commit, lease)) {
      case Remote.Pushed.Landed _ -> ready(facts, walk.parseCommit(commit), lease.isEmpty());
      case Remote.Pushed.Raced _ ->
          settled(new WriteOutcome.Contended("another writer moved " + branch, 1));
      case Remote.Pushed.Rejected(var words) ->
          settled(
              Faults.isRace(words)
                  ? new WriteOutcome.Contended("another writer moved " + branch, 1)
                  : new WriteOutcome.Refused(words));
      case Remote.Pushed.Lost(var message) ->
          settled(
              new WriteOutcome.Unreachable(
                  "the answer of %s got lost: %s".formatted(intent.repository().place(), message)));
      case Remote.Pushed.Failed(var outcome) -> settled(outcome);
    };
  }

  private CommitBuild.Built build(Repository store, Facts facts) throws IOException {
    try (ObjectInserter inserter = store.newObjectInserter();
        ObjectReader reader = inserter.newReader()) {
      CommitBuild.Built built =
          new CommitBuild(facts.line(), facts.good(), facts.bad(), credentials.signer())
              .build(reader, inserter, intent, facts.plan());
      inserter.flush();
      return built;
    }
  }

  private Restoration ready(Facts facts, RevCommit head, boolean isNew) throws IOException {
    List<Introduced> introduced =
        facts.line().changing(facts.good(), facts.bad(), facts.files()).stream()
            .map(c -> new Introduced(c.name(), c.getAuthorIdent().getName()))
            .toList();
    return new Restoration.Ready(
        head.name(),
        isNew,
        List.copyOf(facts.files()),
        head.getFullMessage(),
        introduced,
        owners(facts.line().tree(facts.line().tip())));
  }

  private Optional<String> owners(Tree tip) {
    return request.ownersAt().stream()
        .map(tip::at)
        .flatMap(Optional::stream)
        .findFirst()
        .flatMap(entry -> tip.bytes(entry, MAX_OWNERS_BYTES))
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  private static Restoration settled(WriteOutcome outcome) {
    return new Restoration.Settled(outcome);
  }
}
