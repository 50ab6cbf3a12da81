package dev.palinode.controller.decide;

import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.CanaryStatus.Progress;
import dev.palinode.crds.CanaryStatus.Rejection;
import dev.palinode.crds.CanaryStatus.Release;
import dev.palinode.crds.Conditions;
import dev.palinode.crds.Observed;
import dev.palinode.crds.Phase;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One look at the world: what the phases decide from, and the facts that several of them ask for.
 */
record Look(CanarySpec spec, World world, Instant now, Pace pace) {

  /** How soon a write is looked for again. */
  static final Duration SOON = Duration.ofMillis(200);

  /** The beat of a rollout: pods, shares and verdicts are looked at this often. */
  static final Duration BEAT = Duration.ofSeconds(1);

  /** A failed write is repeated within this time. */
  private static final Duration RETRY = Duration.ofMillis(500);

  /** How often something that only a person or another program can mend is looked at. */
  static final Duration SLOW = Duration.ofSeconds(30);

  CanaryStatus status() {
    return world.status();
  }

  Progress progress() {
    return status().progressOrNone();
  }

  /** The same moment, once that status is saved: what a repetition of this round would see. */
  Look recordedAs(CanaryStatus next) {
    return new Look(spec, world.with(next), now, pace);
  }

  Draft draft() {
    return new Draft(world, now);
  }

  /**
   * Why the rollout ended, in the words of the moment: the message itself moves on with the waits.
   */
  String why() {
    Optional<String> ended =
        status().phaseOrInitial() != Phase.Aborting
            ? Optional.empty()
            : Conditions.find(status().conditions(), Conditions.RECONCILING)
                .map(Condition::getMessage);
    Release candidate = status().candidate();
    return ended
        .or(() ->
            Optional.ofNullable(candidate)
                .flatMap(c -> status().rejectionOf(c.templateDigest()))
                .map(Rejection::reason))
        .orElse("");
  }

  boolean marked(Mark mark) {
    return mark.name().equals(progress().mark());
  }

  /** The write named by the mark is at least {@code wait} old. */
  boolean marked(Mark mark, Duration wait) {
    Instant since = progress().markSince();
    return marked(mark) && since != null && !now.isBefore(since.plus(wait));
  }

  /** The write named by the mark has reached every proxy, whatever happened on the way. */
  boolean settled(Mark mark) {
    return marked(mark, pace.settle());
  }

  /** What of the things that a rollout rests on could not be read. */
  Optional<String> blind() {
    return Stream.of(world.target(), world.workload(), world.route())
        .flatMap(o -> reason(o).stream())
        .findFirst();
  }

  private static <T> Optional<String> reason(Observed<T> observed) {
    return switch (observed) {
      case Observed.Unreadable<T>(var reason) -> Optional.of(reason);
      case Observed.Known<T> _, Observed.Missing<T> _ -> Optional.empty();
    };
  }

  /** Weights stay where they are until the world can be read again. */
  Decision waitForSight(String reason) {
    return draft()
        .message("Waiting: " + reason)
        .condition("Ready", false, "Unreadable", reason)
        .recheck(BEAT.multipliedBy(2))
        .done();
  }

  /**
   * The route does not say what we last wrote, and that write is older than any repetition of it: a
   * write that failed is repeated at once and is nobody's fault but the server's.
   */
  boolean isReset() {
    Instant since = progress().markSince();
    return since == null || !now.isBefore(since.plus(RETRY));
  }

  /** A Deployment without replicas has nothing to compare, and nobody to carry traffic. */
  Optional<Decision> scaledToZero() {
    return world
        .target()
        .known()
        .filter(t -> t.replicas() == 0)
        .map(_ -> {
          String message =
              "The Deployment has no replicas, so nothing can be compared; scale it up.";
          return draft()
              .message(message)
              .condition("Ready", false, "TargetScaledToZero", message)
              .recheck(BEAT.multipliedBy(2))
              .done();
        });
  }

  /** The deadline's clock stands while people are waited for; empty if it already does right. */
  Optional<Decision> clock(boolean stands) {
    return stands == (progress().stoppedSince() != null)
        ? Optional.empty()
        : Optional.of(draft().clock(stands).recheck(SOON).done());
  }

  /** Nothing to write: the wait goes on. */
  Decision stay(String message) {
    return draft().message(message).recheck(BEAT).done();
  }
}
