package dev.palinode.controller.decide;

import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.CanaryStatus.HistoryEntry;
import dev.palinode.crds.CanaryStatus.Rejection;
import dev.palinode.crds.CanaryStatus.Release;
import dev.palinode.crds.Cause;
import dev.palinode.crds.Phase;
import dev.palinode.crds.RevertStatus;
import dev.palinode.crds.Weight;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Aborting and Reverting: traffic off first, then git, then the candidate's pods, then the route,
 * then the subsets. Nobody is told of a failure before the route was read back without the
 * candidate.
 */
final class Unwinding {
  private Unwinding() {}

  static Decision aborting(Look look) {
    Optional<String> blind = look.blind();
    if (blind.isPresent()) {
      boolean wait = look.status().weight() == null || !look.marked(Mark.Zero) || headStart(look);
      return wait
          ? look.waitForSight(blind.get())
          : look.draft()
              .effect(new Effect.SetWeight(Weight.ZERO))
              .message("Waiting: " + blind.get())
              .recheck(Look.BEAT)
              .done();
    }
    Route route = look.world().route().known().orElse(null);
    boolean split = route != null && route.isOpen() && look.status().weight() != null;
    if (route != null && mayServe(look, route)) {
      return trafficOff(look, route);
    }
    if (look.marked(Mark.Zero)) {
      return off(look);
    }
    return candidateOff(look, route, split);
  }

  /**
   * Whether the candidate may still get a request that a write to the route can take away: a plain
   * route, too, reaches its pods. Not so without subsets, or on a route that is no longer one we
   * could split: there only the end of the pods helps, and it must not wait.
   */
  private static boolean mayServe(Look look, Route route) {
    boolean wasSplit =
        look.status().weight() != null
            && (route.rule() != Route.Rule.Absent || route.live().isPresent());
    boolean podsAreThere = !look.marked(Mark.Gone) && !look.marked(Mark.Restored);
    boolean hopeless = route.live().isEmpty() && look.settled(Mark.Zero);
    return wasSplit && podsAreThere && !hopeless && !route.isAt(Weight.ZERO);
  }

  /** Nothing else happens before this. */
  private static Decision trafficOff(Look look, Route route) {
    Draft draft = look.draft().recheck(Look.SOON);
    if (headStart(look)) {
      unasked(look).ifPresent(draft::ask);
      return draft.done();
    }
    draft.effect(new Effect.SetWeight(Weight.ZERO));
    if (route.rule() != Route.Rule.Current) {
      draft.effect(new Effect.WriteRule());
    }
    return draft.done();
  }

  /** With {@code GitFirst} the commit comes before the traffic, but not for longer than agreed. */
  private static boolean headStart(Look look) {
    return look.marked(Mark.Zero)
        && Reverts.gitGoesFirst(look, look.status().cause())
        && !look.marked(Mark.Zero, look.spec().onFailure().gitFirstTimeout().duration())
        && !pushed(look);
  }

  /** The route was read back at zero: from now on people may know, and git if it does not yet. */
  private static Decision off(Look look) {
    Cause cause = look.status().cause();
    Draft draft = look.draft().mark(Mark.Off).recheck(Look.SOON);
    String message = look.why();
    if (cause == Cause.Failed) {
      unasked(look).ifPresent(draft::ask);
      draft.effect(new Effect.Tell(true, "ReleaseFailed", message + " Traffic is back on stable."));
    } else if (cause == Cause.Unproven) {
      draft.effect(
          new Effect.Tell(
              true, "ReleaseUnproven", message + " Traffic is back on stable; git is untouched."));
    }
    return draft.done();
  }

  /** The wish to git, unless it was heard already. */
  private static Optional<Effect.CreateRevert> unasked(Look look) {
    Optional<String> heard = look.world().revert().known().map(World.RevertState::name);
    return Reverts.forCandidate(look).filter(wish -> !heard.equals(Optional.of(wish.name())));
  }

  private static Decision candidateOff(Look look, @Nullable Route route, boolean split) {
    Workload workload = look.world().workload().known().orElse(Workload.EMPTY);
    boolean podsGone = workload.candidate().isEmpty() && workload.candidatePods().isEmpty();
    if (look.marked(Mark.Off)) {
      return split && !look.settled(Mark.Off)
          ? look.stay("Traffic is off the candidate; waiting until every proxy knows.")
          : look.draft()
              .mark(Mark.Deleting)
              .effect(new Effect.DeleteCandidate())
              .recheck(Look.BEAT)
              .done();
    }
    if (look.marked(Mark.Deleting)) {
      return podsGone
          ? look.draft().mark(Mark.Gone).recheck(Look.SOON).done()
          : look.draft()
              .effect(new Effect.DeleteCandidate())
              .message("The candidate's pods leave.")
              .recheck(Look.BEAT)
              .done();
    }
    if (look.marked(Mark.Gone)) {
      return split && !look.settled(Mark.Gone)
          ? look.stay("The candidate's pods are gone; waiting until every proxy knows.")
          : look.draft()
              .mark(Mark.Restored)
              .effect(new Effect.RestoreRoute())
              .message("The route goes back to git's text.")
              .recheck(Look.BEAT)
              .done();
    }
    if (route == null || route.isAsInGit()) {
      return finish(look);
    }
    if (!route.clean()) {
      return look.draft()
          .mark(Mark.Restored)
          .effect(new Effect.RestoreRoute())
          .recheck(Look.BEAT)
          .done();
    }
    if (!look.settled(Mark.Restored)) {
      return look.stay("Waiting until git's route is everywhere.");
    }
    return look.draft().effect(new Effect.DeleteRule()).recheck(Look.SOON).done();
  }

  private static Decision finish(Look look) {
    Cause cause = look.status().cause();
    Release candidate = look.status().candidate();
    Draft draft = look.draft().weight(null).traffic(null).recheck(Look.SOON);
    if (look.world().route().isMissing()) {
      draft.effect(new Effect.DeleteRule());
    }
    if (candidate != null) {
      draft.history(
          new HistoryEntry(
              candidate.templateDigest(),
              candidate.revision(),
              String.valueOf(cause),
              look.status()
                  .rejectionOf(candidate.templateDigest())
                  .map(Rejection::reason)
                  .orElseGet(look::why),
              null,
              look.now().truncatedTo(ChronoUnit.SECONDS)));
    }
    if (cause == Cause.Failed) {
      boolean reverts = look.status().revert() != null;
      return draft.move(reverts ? Phase.Reverting : Phase.Rejected).done();
    }
    if (cause == Cause.Unproven) {
      return draft.move(Phase.Rejected).done();
    }
    return draft
        .move(look.world().target().isMissing() ? Phase.Initializing : Phase.Idle)
        .candidate(null)
        .step(null)
        .done();
  }

  static Decision reverting(Look look) {
    World world = look.world();
    Optional<Decision> gone = Resting.gone(look);
    if (gone.isPresent()) {
      return gone.get();
    }
    Target target = world.target().known().orElseThrow();
    if (Resting.isStable(look, target)) {
      return Refusal.inSyncAgain(look);
    }
    Release candidate = look.status().candidate();
    if (candidate != null && !candidate.templateDigest().equals(target.templateDigest())) {
      return look.draft().move(Phase.Rejected).recheck(Look.SOON).done();
    }
    Draft draft = Resting.withRevert(look);
    Optional<World.RevertState> revert = world.revert().known();
    if (revert.isEmpty()) {
      Optional<Effect.CreateRevert> wish = Reverts.forCandidate(look);
      if (wish.isEmpty()) {
        return draft.move(Phase.Rejected).recheck(Look.SOON).done();
      }
      return draft.ask(wish.get()).recheck(Look.BEAT).done();
    }
    RevertStatus status = revert.get().status();
    boolean notified = look.spec().onFailure().git() == CanarySpec.GitMode.Notify;
    if (status.phaseOrPending().isSettled() || notified) {
      return draft
          .move(Phase.Rejected)
          .message("Git: " + status.phaseOrPending() + ".")
          .effect(
              new Effect.Tell(
                  status.phaseOrPending() != RevertStatus.Phase.Pushed,
                  "Revert" + status.phaseOrPending(),
                  told(status)))
          .recheck(Look.SOON)
          .done();
    }
    return draft
        .message("Stable serves; the revert is being written to git.")
        .condition(
            "InSync",
            false,
            "RevertPending",
            "Stable serves; git still declares the failed release.")
        .recheck(Look.BEAT)
        .done();
  }

  private static String told(RevertStatus status) {
    String detail = status.message() == null ? "" : " " + status.message();
    return status.commit() == null
        ? "Git was not changed by us." + detail
        : "Commit " + status.commit() + " takes the failed release back." + detail;
  }

  private static boolean pushed(Look look) {
    return look.world()
        .revert()
        .known()
        .filter(r -> r.status().phaseOrPending().isSettled())
        .isPresent();
  }
}
