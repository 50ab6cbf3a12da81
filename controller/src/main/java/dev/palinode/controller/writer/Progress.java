package dev.palinode.controller.writer;

import dev.palinode.crds.Conditions;
import dev.palinode.crds.RevertStatus;
import dev.palinode.crds.RevertStatus.Phase;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.forge.PullRequestOutcome;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt means for a Revert: its next status, and when to try again. Pure.
 *
 * @param phase reached
 * @param reason a CamelCase word
 * @param message a sentence, with the server's own words where a server refused
 * @param pullRequest its url, if there is one
 * @param pause that the host of the repository asked for
 */
record Progress(
    Phase phase,
    String reason,
    String message,
    @Nullable String commit,
    @Nullable String pullRequest,
    @Nullable Duration pause) {
  /** After a remote came back, everything is written within a minute. */
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(60);

  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(2);

  /** What a person can mend without telling us is looked at again this often. */
  private static final Duration PROBE = Duration.ofMinutes(5);

  private static final Duration SLOW_PROBE = Duration.ofMinutes(15);

  /** How often an open pull request is looked at. */
  private static final Duration POLL = Duration.ofSeconds(30);

  private Progress(Phase phase, String reason, String message, @Nullable String commit) {
    this(phase, reason, message, commit, null, null);
  }

  static Progress of(WriteOutcome outcome) {
    return switch (outcome) {
      case WriteOutcome.Committed(var commit, var files, var _) ->
          new Progress(
              Phase.Pushed, "Committed", "Put back " + String.join(", ", files) + ".", commit);
      case WriteOutcome.AlreadyThere(var commit) ->
          new Progress(Phase.Pushed, "Committed", "The commit was on the branch already.", commit);
      case WriteOutcome.Superseded(var message) ->
          new Progress(Phase.Superseded, "Superseded", message, null);
      case WriteOutcome.Blocked(var reason, var message) -> blocked(reason.name(), message);
      case WriteOutcome.Refused(var message) -> blocked("Refused", message);
      case WriteOutcome.Unreachable(var message) ->
          new Progress(Phase.Pending, "Unreachable", message, null);
      case WriteOutcome.Contended(var message, var _) ->
          new Progress(Phase.Pending, "Contended", message, null);
    };
  }

  /**
   * What a round of a pull request means.
   *
   * @param isProposed true if there was one already
   */
  static Progress of(PullRequestOutcome outcome, boolean isProposed) {
    return switch (outcome) {
      case PullRequestOutcome.Open(var url, var message) ->
          new Progress(Phase.PullRequest, "PullRequestOpen", message, null, url, null);
      case PullRequestOutcome.Merged(var url, var commit) ->
          new Progress(Phase.Pushed, "Merged", url + " was merged.", commit, url, null);
      case PullRequestOutcome.Superseded(var url, var message) ->
          new Progress(Phase.Superseded, "Superseded", message, null, url.orElse(null), null);
      case PullRequestOutcome.ClosedByPerson(var url) ->
          new Progress(
              Phase.Blocked,
              "ClosedByPerson",
              url
                  + " was closed without a merge. That is taken as a no: nothing more is proposed."
                  + " Go on with a newer release, or revert by hand.",
              null,
              url,
              null);
      case PullRequestOutcome.Later(var pause, var message) ->
          new Progress(open(isProposed), "RateLimited", message, null, null, pause);
      case PullRequestOutcome.Settled(var url, var settled) -> {
        Progress told = of(settled);
        yield new Progress(
            told.phase == Phase.Pending ? open(isProposed || url.isPresent()) : told.phase,
            told.reason,
            told.message,
            told.commit,
            url.orElse(null),
            null);
      }
    };
  }

  private static Phase open(boolean isProposed) {
    return isProposed ? Phase.PullRequest : Phase.Pending;
  }

  static Progress blocked(String reason, String message) {
    return new Progress(Phase.Blocked, reason, message, null);
  }

  static Progress waiting(String reason, String message) {
    return new Progress(Phase.Pending, reason, message, null);
  }

  /** The status after this attempt. */
  RevertStatus after(RevertStatus was, long generation, Instant now) {
    // Looking at what is open is no attempt: a status that only counted looks would never rest.
    boolean isLook = was.pullRequest() != null && was.phase() == phase;
    int attempts = Optional.ofNullable(was.attempts()).orElse(0) + (isLook ? 0 : 1);
    return new RevertStatus(
        phase,
        reason,
        message,
        commit == null ? was.commit() : commit,
        pullRequest == null ? was.pullRequest() : pullRequest,
        attempts,
        next(attempts, now),
        conditions(was.conditions(), generation, now));
  }

  private @Nullable Instant next(int attempts, Instant now) {
    if (pause != null) {
      return now.plus(pause);
    }
    return phase == Phase.Pending ? now.plus(backoff(attempts)) : null;
  }

  private List<Condition> conditions(List<Condition> was, long generation, Instant now) {
    boolean done = phase == Phase.Pushed || phase == Phase.Superseded;
    List<Condition> ready =
        Conditions.set(
            was, Conditions.of(Conditions.READY, done, reason, message, generation), now);
    return phase == Phase.Blocked
        ? Conditions.set(
            ready, Conditions.of(Conditions.STALLED, true, reason, message, generation), now)
        : Conditions.without(ready, Conditions.STALLED);
  }

  /** When to look at a Revert in this state again without being told; empty: only when told. */
  static Optional<Duration> lookAgain(RevertStatus status, Instant now) {
    return switch (status.phaseOrPending()) {
      case Pending -> Optional.of(tooEarly(status, now).orElse(Duration.ZERO));
      case PullRequest -> Optional.of(tooEarly(status, now).orElse(POLL));
      case Blocked ->
          probe(String.valueOf(status.reason()))
              .or(() -> Optional.ofNullable(status.pullRequest()).map(_ -> SLOW_PROBE));
      case Pushed, Observed, Superseded, Failed -> Optional.empty();
    };
  }

  /** How long nothing may be tried yet. */
  static Optional<Duration> tooEarly(RevertStatus status, Instant now) {
    return Optional.ofNullable(status.nextAttempt())
        .filter(next -> next.isAfter(now))
        .map(next -> Duration.between(now, next).plusMillis(1));
  }

  /** Faults of the set-up heal without a change of the Revert; faults of the content do not. */
  private static Optional<Duration> probe(String reason) {
    if (reason.equals("Refused")) {
      return Optional.of(SLOW_PROBE);
    }
    return MENDABLE.contains(reason) ? Optional.of(PROBE) : Optional.empty();
  }

  static final String NO_TARGET = "NoGitTarget";
  static final String SEVERAL_TARGETS = "SeveralGitTargets";
  static final String NO_PROVIDER = "NoPullRequestProvider";

  private static final List<String> MENDABLE =
      List.of(
          NO_TARGET,
          SEVERAL_TARGETS,
          NO_PROVIDER,
          BlockReason.NotGranted.name(),
          BlockReason.TooOld.name(),
          BlockReason.Credentials.name(),
          BlockReason.SigningKey.name(),
          BlockReason.TrustedKeys.name(),
          BlockReason.UntrustedLastGood.name(),
          BlockReason.HostKey.name(),
          BlockReason.RepositoryMissing.name(),
          BlockReason.StoreBroken.name(),
          BlockReason.BranchTaken.name());

  private static Duration backoff(int attempts) {
    Duration wait = FIRST_BACKOFF.multipliedBy(1L << Math.min(attempts - 1, 6));
    return wait.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : wait;
  }
}
