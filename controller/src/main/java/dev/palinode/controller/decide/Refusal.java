package dev.palinode.controller.decide;

import dev.palinode.crds.CanaryStatus.Rejection;
import dev.palinode.crds.CanaryStatus.Release;
import dev.palinode.crds.CanaryStatus.RevertLink;
import dev.palinode.crds.Cause;
import dev.palinode.crds.Phase;
import dev.palinode.crds.RevertStatus;
import java.util.Optional;

/**
 * Rejected: the stable template serves, the declared one was refused and stays held. It costs
 * nothing to stay here: news of the Deployment, the Canary and the Revert come as events, and only
 * a pushed revert that nobody applies is waited for by the clock.
 */
final class Refusal {
  private Refusal() {}

  static Decision rejected(Look look) {
    World world = look.world();
    Optional<Decision> gone = Resting.gone(look);
    if (gone.isPresent()) {
      return gone.get();
    }
    Target target = world.target().known().orElseThrow();
    if (Resting.isStable(look, target)) {
      return inSyncAgain(look);
    }
    Optional<Rejection> rejection = look.status().rejectionOf(target.templateDigest());
    if (rejection.isEmpty() || Resting.retried(look)) {
      return Resting.tryTemplate(look, target);
    }
    Draft draft = Resting.withRevert(look);
    if (world.finalizer()) {
      draft.effect(new Effect.DropFinalizer());
    }
    Release candidate = look.status().candidate();
    if (candidate == null || !candidate.templateDigest().equals(target.templateDigest())) {
      return draft
          .candidate(Resting.release(look, target))
          .cause(rejection.get().cause())
          .revert(null)
          .recheck(Look.SOON)
          .done();
    }
    boolean failed = rejection.get().cause() == Cause.Failed;
    if (failed && look.status().revert() == null && Reverts.forCandidate(look).isPresent()) {
      return draft.move(Phase.Reverting).recheck(Look.SOON).done();
    }
    String reason = rejection.get().reason();
    draft
        .message("Held at the stable release. " + reason)
        .condition("Reconciling", false, "Rejected", "Nothing is under way.")
        .condition("Ready", true, "Held", "The stable release serves; the declared one is held.")
        .condition("InSync", false, failed ? "ReleaseRejected" : "Unproven", reason);
    revertOverdue(look, draft);
    RevertLink link = look.status().revert();
    boolean awaited = link != null && link.phase() == RevertStatus.Phase.Pushed;
    return awaited ? draft.recheck(Look.SLOW).done() : draft.done();
  }

  /** From a failed release back to the stable template, however that came about. */
  static Decision inSyncAgain(Look look) {
    Draft draft = Resting.withRevert(look);
    RevertLink link = look.status().revert();
    if (link != null) {
      draft.effect(new Effect.ObserveRevert(link.name()));
    }
    look.status().rejected().stream()
        .filter(r -> r.cause() == Cause.Unproven)
        .forEach(r -> draft.admit(r.templateDigest()));
    return draft
        .move(Phase.Idle)
        .candidate(null)
        .step(null)
        .message("The declared template is the stable one again.")
        .effect(
            new Effect.Tell(
                false,
                "InSync",
                "What is declared, what is deployed and what serves are one again."))
        .recheck(Look.SOON)
        .done();
  }

  private static void revertOverdue(Look look, Draft draft) {
    RevertLink link = look.status().revert();
    var since = look.progress().phaseSince();
    if (link != null
        && link.phase() == RevertStatus.Phase.Pushed
        && since != null
        && !look.now().isBefore(since.plus(look.pace().revertTimeout()))) {
      draft.condition(
          "InSync",
          false,
          "RevertNotApplied",
          "Commit "
              + link.commit()
              + " was pushed but not applied in time; is the GitOps agent suspended?");
    }
  }
}
