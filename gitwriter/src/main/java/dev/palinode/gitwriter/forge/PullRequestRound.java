package dev.palinode.gitwriter.forge;

import dev.palinode.crds.GitTargetSpec;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Restoration;
import dev.palinode.gitwriter.RestoreBranches;
import dev.palinode.gitwriter.RestoreBranches.Upkeep;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.forge.PullRequest.State;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One look at one intent's pull request. What the host has decides what is next: merged is done,
 * closed is somebody's no, open is looked after, and only where there is none is one opened.
 */
final class PullRequestRound {
  private static final Logger log = LoggerFactory.getLogger(PullRequestRound.class);

  private final Intent intent;
  private final GitTargetSpec.PullRequest wanted;
  private final Forge forge;
  private final RestoreBranches branches;
  private final Set<String> asked;
  private final String branch;

  PullRequestRound(
      Intent intent,
      GitTargetSpec.PullRequest wanted,
      Forge forge,
      RestoreBranches branches,
      Set<String> asked) {
    this.intent = intent;
    this.wanted = wanted;
    this.forge = forge;
    this.branches = branches;
    this.asked = asked;
    this.branch = PullRequests.branchOf(intent);
  }

  PullRequestOutcome run() {
    return on(forge.find(branch), Optional.empty(), this::onFound);
  }

  private PullRequestOutcome onFound(List<PullRequest> found) {
    for (State state : List.of(State.Open, State.Merged, State.Closed)) {
      Optional<PullRequest> first = found.stream().filter(p -> p.state() == state).findFirst();
      if (first.isPresent()) {
        return onState(first.get());
      }
    }
    return propose();
  }

  private PullRequestOutcome onState(PullRequest request) {
    return switch (request.state()) {
      case Open -> tend(request);
      case Merged -> merged(request);
      case Closed -> closed(request);
    };
  }

  private PullRequestOutcome merged(PullRequest request) {
    return new PullRequestOutcome.Merged(
        request.url(), request.mergeCommit().orElse(request.head()));
  }

  /** Our own closing is told from a person's by the base: ours had nothing left to put back. */
  private PullRequestOutcome closed(PullRequest request) {
    return switch (restore(Upkeep.Look)) {
      case Restoration.Settled(WriteOutcome.Superseded(var message)) ->
          new PullRequestOutcome.Superseded(Optional.of(request.url()), message);
      case Restoration.Settled(WriteOutcome.AlreadyThere(var commit)) ->
          new PullRequestOutcome.Merged(request.url(), commit);
      case Restoration.Settled(WriteOutcome.Unreachable outcome) ->
          new PullRequestOutcome.Settled(Optional.of(request.url()), outcome);
      case Restoration.Settled _, Restoration.Wanted _, Restoration.Ready _ ->
          new PullRequestOutcome.ClosedByPerson(request.url());
    };
  }

  private PullRequestOutcome propose() {
    return switch (restore(Upkeep.Keep)) {
      case Restoration.Ready ready -> open(ready);
      case Restoration.Wanted _ -> throw new IllegalStateException("only looking leaves it wanted");
      case Restoration.Settled(WriteOutcome.Superseded(var message)) ->
          new PullRequestOutcome.Superseded(Optional.empty(), message);
      case Restoration.Settled(var outcome) ->
          new PullRequestOutcome.Settled(Optional.empty(), outcome);
    };
  }

  private PullRequestOutcome open(Restoration.Ready ready) {
    RequestText text = RequestText.of(intent, ready);
    Forge.Draft draft =
        new Forge.Draft(branch, intent.repository().branch(), text.title(), text.body());
    return on(
        forge.create(draft),
        Optional.empty(),
        request -> {
          ask(request, ready);
          markFailed(request, text);
          return new PullRequestOutcome.Open(request.url(), "Opened; " + waitsFor());
        });
  }

  /** Looks after an open one: the branch, the reviewers, and the merge when its time has come. */
  private PullRequestOutcome tend(PullRequest request) {
    return switch (restore(Upkeep.Keep)) {
      case Restoration.Ready ready -> tend(request, ready);
      case Restoration.Wanted _ -> throw new IllegalStateException("only looking leaves it wanted");
      case Restoration.Settled(WriteOutcome.Superseded(var message)) -> withdraw(request, message);
      case Restoration.Settled(WriteOutcome.AlreadyThere(var commit)) ->
          new PullRequestOutcome.Merged(request.url(), commit);
      case Restoration.Settled(var outcome) ->
          new PullRequestOutcome.Settled(Optional.of(request.url()), outcome);
    };
  }

  private PullRequestOutcome tend(PullRequest request, Restoration.Ready ready) {
    ask(request, ready);
    if (!request.isAt(ready.head())) {
      RequestText text = RequestText.of(intent, ready);
      return on(
          forge.describe(request, text.title(), text.body()),
          Optional.of(request),
          _ -> new PullRequestOutcome.Open(request.url(), "Its branch was made anew on the tip."));
    }
    return switch (wanted.merge()) {
      case ByPerson -> new PullRequestOutcome.Open(request.url(), "Open; " + waitsFor());
      case WhenChecksPass ->
          on(forge.read(request), Optional.of(request), standing -> onStanding(standing, ready));
    };
  }

  private PullRequestOutcome onStanding(Standing standing, Restoration.Ready ready) {
    PullRequest request = standing.request();
    if (request.state() != State.Open) {
      return onState(request);
    }
    return switch (standing.readiness()) {
      case Ready ->
          request.isAt(ready.head())
              ? merge(request, ready)
              : new PullRequestOutcome.Open(request.url(), "Its head is moving.");
      case Waiting -> new PullRequestOutcome.Open(request.url(), "Open; " + standing.words() + ".");
      case Behind, Conflicting -> rebase(request, standing.words());
    };
  }

  private PullRequestOutcome merge(PullRequest request, Restoration.Ready ready) {
    Answer<PullRequest> done = forge.merge(request, ready.head());
    if (done instanceof Answer.Refused<PullRequest>(var _, var words)) {
      // Approvals, queues, a head that moved: the next round sees which, and people see the words.
      return new PullRequestOutcome.Open(request.url(), "The host does not merge it yet: " + words);
    }
    return on(
        done,
        Optional.of(request),
        now ->
            now.state() == State.Merged
                ? merged(now)
                : new PullRequestOutcome.Open(request.url(), "The host is merging it."));
  }

  private PullRequestOutcome rebase(PullRequest request, String why) {
    return switch (restore(Upkeep.Rebase)) {
      case Restoration.Settled(var outcome) when !(outcome instanceof WriteOutcome.Superseded) ->
          new PullRequestOutcome.Settled(Optional.of(request.url()), outcome);
      case Restoration.Settled _, Restoration.Ready _, Restoration.Wanted _ ->
          new PullRequestOutcome.Open(
              request.url(), "Its branch was made anew on the tip: " + why + ".");
    };
  }

  private PullRequestOutcome withdraw(PullRequest request, String why) {
    String text = "Nothing is left to put back: " + why + ". Closed by Palinode.";
    return on(
        forge.comment(request, text).then(_ -> forge.close(request)),
        Optional.of(request),
        _ -> new PullRequestOutcome.Superseded(Optional.of(request.url()), why));
  }

  /** Asking is a courtesy: whoever cannot be asked is named in the text. */
  private void ask(PullRequest request, Restoration.Ready ready) {
    if (wanted.reviewers() == GitTargetSpec.Reviewers.None || !asked.add(request.url())) {
      return;
    }
    Forge.Reviewers reviewers = Owners.of(ready).reviewers(author(ready));
    if (!reviewers.isEmpty()) {
      log.info("{}: reviewers: {}", request.url(), forge.askReviewers(request, reviewers));
    }
  }

  private List<String> author(Restoration.Ready ready) {
    return ready.introduced().stream()
        .limit(1)
        .map(i -> forge.accountOf(i.commit()))
        .map(a ->
            a instanceof Answer.Done<Optional<String>>(var account)
                ? account
                : Optional.<String>empty())
        .flatMap(Optional::stream)
        .toList();
  }

  private void markFailed(PullRequest request, RequestText text) {
    String failed = intent.failed().revision();
    if (failed != null && failed.matches("[0-9a-f]{40}")) {
      Answer<Answer.Ack> done =
          forge.mark(failed, Forge.Mark.Failure, text.reason(), request.url());
      log.debug("{}: {} marked: {}", request.url(), failed, done);
    }
  }

  private String waitsFor() {
    return switch (wanted.merge()) {
      case ByPerson -> "a person merges it.";
      case WhenChecksPass -> "merged as soon as its checks pass.";
    };
  }

  private Restoration restore(Upkeep upkeep) {
    return branches.restore(intent, new RestoreBranches.Request(branch, upkeep, forge.ownersAt()));
  }

  private static <T> PullRequestOutcome on(
      Answer<T> answer, Optional<PullRequest> request, Function<T, PullRequestOutcome> next) {
    Optional<String> url = request.map(PullRequest::url);
    return switch (answer) {
      case Answer.Done<T>(var value) -> next.apply(value);
      case Answer.Refused<T>(var _, var words) ->
          new PullRequestOutcome.Settled(url, new WriteOutcome.Refused(words));
      case Answer.RetryAfter<T>(var wait, var words) -> new PullRequestOutcome.Later(wait, words);
      case Answer.Unauthorised<T>(var words) ->
          new PullRequestOutcome.Settled(
              url, new WriteOutcome.Blocked(BlockReason.Credentials, words));
      case Answer.Unreachable<T>(var words) ->
          new PullRequestOutcome.Settled(url, new WriteOutcome.Unreachable(words));
    };
  }
}
