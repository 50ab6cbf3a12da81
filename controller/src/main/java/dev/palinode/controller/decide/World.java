package dev.palinode.controller.decide;

import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import dev.palinode.crds.RevertStatus;
import java.util.List;

/**
 * Everything that was read for one decision, the controller's own record included. Immutable; facts
 * that follow from others are methods, so that each is computed in one place.
 *
 * @param canary whose world it is
 * @param uid of the Canary
 * @param deleting the Canary is being deleted
 * @param finalizer the Canary carries our finalizer
 * @param status what was recorded last
 * @param problems of the spec and of what it refers to, each a sentence that says what to do
 * @param guarded whether the policy that keeps a declared hold closed is installed and bound
 * @param target the Deployment
 * @param workload its ReplicaSets
 * @param route its routes; {@code Missing} when not read because nothing depends on it
 * @param judgement what the gate says; {@code Missing} while no candidate serves
 * @param origin where it comes from; {@code Missing} if no agent and no source tells
 * @param revert the Revert named in the status
 */
public record World(
    ObjectName canary,
    String uid,
    long generation,
    boolean deleting,
    boolean finalizer,
    CanaryStatus status,
    List<Problem> problems,
    Observed<Boolean> guarded,
    Observed<Target> target,
    Observed<Workload> workload,
    Observed<Route> route,
    Observed<Judgement> judgement,
    Observed<Origin> origin,
    Observed<RevertState> revert) {

  /** One thing that keeps the Canary from working: a condition reason and a sentence. */
  public record Problem(String reason, String message) {}

  /** A Revert as the controller needs it. */
  public record RevertState(String name, RevertStatus status) {}

  public World {
    problems = List.copyOf(problems);
  }

  World with(CanaryStatus other) {
    return new World(
        canary,
        uid,
        generation,
        deleting,
        finalizer,
        other,
        problems,
        guarded,
        target,
        workload,
        route,
        judgement,
        origin,
        revert);
  }
}
