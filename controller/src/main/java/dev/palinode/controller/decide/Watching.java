package dev.palinode.controller.decide;

import dev.palinode.crds.CanaryStatus.HistoryEntry;
import dev.palinode.crds.CanaryStatus.Rejection;
import dev.palinode.crds.CanaryStatus.Release;
import dev.palinode.crds.CanaryStatus.RevertLink;
import dev.palinode.crds.CanaryStatus.Tokens;
import dev.palinode.crds.CanaryStatus.Watch;
import dev.palinode.crds.Cause;
import dev.palinode.crds.RevertStatus;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Idle, but not yet believed: for {@code spec.watch} after its hand-over a release is held against
 * what stable did before. One that fails then keeps serving, since nothing else has pods; git is
 * asked to go back, and that change takes all traffic without being judged.
 */
final class Watching {
  /** How often it is looked at; windows close more slowly. */
  private static final Duration BEAT = Duration.ofSeconds(5);

  private Watching() {}

  /** What the end of a rollout begins; null where nobody judges. */
  static @Nullable Watch after(Look look) {
    Release before = lastGood(look);
    boolean judged =
        !Progression.unjudged(look)
            && look.spec().watch().duration().isPositive()
            && look.progress().servedSince() != null;
    return look.world()
        .route()
        .known()
        .filter(_ -> judged && before != null)
        .map(route -> new Watch(Objects.requireNonNull(before), route.service(), look.now()))
        .orElse(null);
  }

  /** What the watched release asks for while it is the declared one; empty: nothing special. */
  static Optional<Decision> decide(Look look) {
    Watch watch = look.status().watch();
    if (watch == null) {
      return Optional.empty();
    }
    if (look.status().stableFailed()) {
      return Optional.of(failedBefore(look));
    }
    if (abortedBy(look) != null) {
      return Optional.of(fail(look, "Aborted", "Aborted by spec.abort: " + abortedBy(look) + "."));
    }
    Optional<Decision> failed =
        look.world()
            .judgement()
            .known()
            .filter(j -> j.result() == Judgement.Result.Fail && j.routeErrors().isEmpty())
            .map(j -> fail(look, "AnalysisFailed", j.reason()));
    if (failed.isPresent()) {
      return failed;
    }
    return look.now().isBefore(watch.since().plus(look.spec().watch().duration()))
        ? Optional.empty()
        : Optional.of(look.draft().watch(null).recheck(Look.SOON).done());
  }

  private static final String ON_ITS_WAY =
      " Its revert is on the way to git; it serves until that is applied.";

  private static final String DECLARE =
      " Declare another release, or set spec.retry to keep this one.";

  private static String todo(String revert, RevertStatus.@Nullable Phase phase) {
    return switch (phase) {
      case null -> ON_ITS_WAY;
      case Pending, Pushed, Observed -> ON_ITS_WAY;
      case PullRequest -> " Its revert is proposed: merge the pull request of " + revert + ".";
      case Superseded, Blocked, Failed ->
          " Revert " + revert + " is " + phase + ", so git still declares it." + DECLARE;
    };
  }

  /** While watching, the clock brings the news; else nobody needs to look. */
  static void lookAgain(Look look, Draft draft) {
    if (look.status().watch() != null) {
      draft.recheck(BEAT);
    }
  }

  /**
   * What git may go back to: what serves, or if that has failed since, what served before. Null if
   * nothing is known to be good.
   */
  static @Nullable Release lastGood(Look look) {
    Watch watch = look.status().watch();
    if (!look.status().stableFailed()) {
      return look.status().stable();
    }
    return watch == null ? null : watch.before();
  }

  /** The declared template is what served before the release that failed after its hand-over. */
  static boolean isWayBack(Look look) {
    Release candidate = look.status().candidate();
    return candidate != null && isWayBack(look, candidate.templateDigest());
  }

  static boolean isWayBack(Look look, String templateDigest) {
    Watch watch = look.status().watch();
    return watch != null
        && look.status().stableFailed()
        && watch.before().templateDigest().equals(templateDigest);
  }

  private static @Nullable String abortedBy(Look look) {
    String wish = look.spec().abort();
    return Objects.equals(wish, look.status().tokens().abort()) ? null : wish;
  }

  /** Recorded before git is asked, as any failure is. */
  private static Decision fail(Look look, String reason, String message) {
    Release release = Objects.requireNonNull(look.status().stable());
    String why = reason + " after the hand-over: " + message;
    Tokens t = look.status().tokens();
    Draft draft =
        look.draft()
            .cause(Cause.Failed)
            .reject(
                new Rejection(
                    release.templateDigest(),
                    release.revision(),
                    Cause.Failed,
                    why,
                    look.now().truncatedTo(ChronoUnit.SECONDS)))
            .history(
                new HistoryEntry(
                    release.templateDigest(),
                    release.revision(),
                    Cause.Failed.name(),
                    why,
                    null,
                    look.now().truncatedTo(ChronoUnit.SECONDS)))
            .revert(null)
            .tokens(new Tokens(t.retry(), t.promote(), t.skip(), look.spec().abort()))
            .message(why);
    look.world().judgement().known().ifPresent(j -> draft.verdict(j.evidence()));
    Reverts.forServing(look.recordedAs(draft.done().next())).ifPresent(draft::ask);
    return draft
        .effect(
            new Effect.Tell(
                true,
                "ReleaseFailed",
                why + " It serves until git is put right: no other release has pods."))
        .recheck(Look.SOON)
        .done();
  }

  private static Decision failedBefore(Look look) {
    Release release = Objects.requireNonNull(look.status().stable());
    Tokens t = look.status().tokens();
    if (Resting.retried(look)) {
      return look.draft()
          .admit(release.templateDigest())
          .watch(null)
          .tokens(new Tokens(look.spec().retry(), t.promote(), t.skip(), t.abort()))
          .message("Kept, as spec.retry asks.")
          .recheck(Look.SOON)
          .done();
    }
    Draft draft = Resting.withRevert(look);
    if (look.world().finalizer()) {
      draft.effect(new Effect.DropFinalizer());
    }
    Optional<Effect.CreateRevert> wish = Reverts.forServing(look);
    RevertLink link = look.status().revert();
    RevertLink own =
        link != null && wish.filter(w -> w.name().equals(link.name())).isPresent() ? link : null;
    RevertStatus.@Nullable Phase phase = own == null ? null : own.phase();
    boolean there = own != null && look.world().revert().known().isPresent();
    if (wish.isPresent() && !there && (phase == null || !phase.isSettled())) {
      draft.ask(wish.get()).recheck(Look.BEAT);
    }
    String reason =
        look.status().rejectionOf(release.templateDigest()).map(Rejection::reason).orElse("");
    String todo = wish.isPresent() ? todo(wish.get().name(), phase) : DECLARE;
    return draft
        .message(reason + todo)
        .condition("Ready", false, "FailedAfterHandOver", reason + todo)
        .condition("InSync", false, "ReleaseFailed", reason)
        .done();
  }
}
