package dev.palinode.controller.decide;

import dev.palinode.crds.CanaryStatus.Rejection;
import dev.palinode.crds.CanaryStatus.Release;
import dev.palinode.crds.CanaryStatus.RevertLink;
import dev.palinode.crds.Cause;
import dev.palinode.crds.Conditions;
import dev.palinode.crds.Phase;
import dev.palinode.crds.RevertStatus;
import java.util.Objects;
import java.util.Optional;

/**
 * Rejected: the stable template serves, the declared one was refused and stays held. It costs
 * nothing to stay here: news of the Deployment, the Canary and the Revert come as events, and only
 * a pushed revert that nobody applies is waited for by the clock.
 */
final class Refusal {
  /** So often is a failed release reverted that was put back; then people are asked. */
  private static final int ONCE_MORE = 1;

  private static final String CONTESTED = "RevertContested";

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
      return rejection.get().timesAgain() < ONCE_MORE
          ? draft.reject(rejection.get().onceMore()).move(Phase.Reverting).recheck(Look.SOON).done()
          : contested(look, draft, rejection.get());
    }
    String reason = rejection.get().reason();
    draft
        .message("Held at the stable release. " + reason)
        .condition("Reconciling", false, "Rejected", "Nothing is under way.")
        .condition("Ready", true, "Held", "The stable release serves; the declared one is held.")
        .condition("InSync", false, failed ? "ReleaseRejected" : "Unproven", reason);
    if (isOverdue(look)) {
      if (isDeclaredAgain(look, candidate)) {
        return draft
            .candidate(Resting.release(look, target))
            .revert(null)
            .recheck(Look.SOON)
            .done();
      }
      revertOverdue(look, draft);
    }
    RevertLink link = look.status().revert();
    boolean awaited = link != null && link.phase() == RevertStatus.Phase.Pushed;
    return awaited ? draft.recheck(Look.SLOW).done() : draft.done();
  }

  /** Somebody puts back what we take away: whoever it is, more commits help nobody. */
  private static Decision contested(Look look, Draft draft, Rejection rejection) {
    String message =
        "The failed release was declared again after each of its reverts, perhaps by an image"
            + " updater. It stays held and is not reverted any more: stop whoever commits it, or"
            + " set spec.retry.";
    boolean told =
        Conditions.find(look.status().conditions(), "InSync")
            .filter(c -> CONTESTED.equals(c.getReason()))
            .isPresent();
    if (!told) {
      draft.effect(new Effect.Tell(true, CONTESTED, message));
    }
    return draft
        .message("Held at the stable release. " + rejection.reason())
        .condition("Reconciling", false, "Rejected", "Nothing is under way.")
        .condition("Ready", true, "Held", "The stable release serves; the declared one is held.")
        .condition("InSync", false, CONTESTED, message)
        .done();
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

  private static boolean isOverdue(Look look) {
    RevertLink link = look.status().revert();
    var since = look.progress().phaseSince();
    return link != null
        && link.phase() == RevertStatus.Phase.Pushed
        && since != null
        && !look.now().isBefore(since.plus(look.pace().revertTimeout()));
  }

  /**
   * The agent is done with another commit than the failed one, and the template, read after that,
   * is still the failed one: somebody put it back over our revert before the agent saw that.
   */
  private static boolean isDeclaredAgain(Look look, Release candidate) {
    Optional<Origin> origin = look.world().origin().known();
    Optional<String> applied = origin.flatMap(Origin::applied);
    return applied.isPresent()
        && applied.equals(origin.flatMap(Origin::attempted))
        && !applied.get().equals(candidate.revision());
  }

  private static void revertOverdue(Look look, Draft draft) {
    RevertLink link = Objects.requireNonNull(look.status().revert());
    draft.condition(
        "InSync",
        false,
        "RevertNotApplied",
        "Commit "
            + link.commit()
            + " was pushed but not applied in time; is the GitOps agent suspended?");
  }
}
