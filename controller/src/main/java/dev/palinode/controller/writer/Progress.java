package dev.palinode.controller.writer;

import dev.palinode.crds.Conditions;
import dev.palinode.crds.RevertStatus;
import dev.palinode.crds.RevertStatus.Phase;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.WriteOutcome;
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
 */
record Progress(Phase phase, String reason, String message, @Nullable String commit) {
  /** After a remote came back, everything is written within a minute. */
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(60);

  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(2);

  /** What a person can mend without telling us is looked at again this often. */
  private static final Duration PROBE = Duration.ofMinutes(5);

  private static final Duration SLOW_PROBE = Duration.ofMinutes(15);

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

  static Progress blocked(String reason, String message) {
    return new Progress(Phase.Blocked, reason, message, null);
  }

  static Progress waiting(String reason, String message) {
    return new Progress(Phase.Pending, reason, message, null);
  }

  /** The status after this attempt. */
  RevertStatus after(RevertStatus was, long generation, Instant now) {
    int attempts = Optional.ofNullable(was.attempts()).orElse(0) + 1;
    return new RevertStatus(
        phase,
        reason,
        message,
        commit == null ? was.commit() : commit,
        was.pullRequest(),
        attempts,
        phase == Phase.Pending ? now.plus(backoff(attempts)) : null,
        conditions(was.conditions(), generation, now));
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
      case Pending -> {
        Instant next = status.nextAttempt();
        yield Optional.of(
            next == null || !next.isAfter(now)
                ? Duration.ZERO
                : Duration.between(now, next).plusMillis(1));
      }
      case Blocked -> probe(String.valueOf(status.reason()));
      case Pushed, Observed, PullRequest, Superseded, Failed -> Optional.empty();
    };
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

  private static final List<String> MENDABLE =
      List.of(
          NO_TARGET,
          SEVERAL_TARGETS,
          BlockReason.NotGranted.name(),
          BlockReason.TooOld.name(),
          BlockReason.Credentials.name(),
          BlockReason.SigningKey.name(),
          BlockReason.HostKey.name(),
          BlockReason.RepositoryMissing.name(),
          BlockReason.StoreBroken.name());

  private static Duration backoff(int attempts) {
    Duration wait = FIRST_BACKOFF.multipliedBy(1L << Math.min(attempts - 1, 6));
    return wait.compareTo(LONGEST_BACKOFF) > 0 ? LONGEST_BACKOFF : wait;
  }
}
