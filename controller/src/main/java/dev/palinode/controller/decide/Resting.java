package dev.palinode.controller.decide;

import dev.palinode.crds.CanaryStatus.Rejection;
import dev.palinode.crds.CanaryStatus.Release;
import dev.palinode.crds.CanaryStatus.RevertLink;
import dev.palinode.crds.CanaryStatus.Tokens;
import dev.palinode.crds.Phase;
import dev.palinode.crds.RevertStatus;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The phases without a candidate: nothing of ours exists, and news comes as events. */
final class Resting {
  private Resting() {}

  static Decision initializing(Look look) {
    World world = look.world();
    if (world.deleting()) {
      return leave(look);
    }
    if (world.finalizer()) {
      return look.draft().effect(new Effect.DropFinalizer()).recheck(Look.SOON).done();
    }
    if (!world.problems().isEmpty()) {
      return notReady(look, world.problems().getFirst());
    }
    if (world.target().isMissing()) {
      return notReady(
          look,
          "TargetMissing",
          "There is no Deployment "
              + look.spec().targetRef().name()
              + " in this namespace; create it or correct spec.targetRef.name.");
    }
    Optional<String> blind = look.blind();
    if (blind.isPresent()) {
      return look.waitForSight(blind.get());
    }
    Target target = world.target().known().orElseThrow();
    Workload workload = world.workload().known().orElse(Workload.EMPTY);
    Optional<World.Problem> hold = holdProblem(look, target);
    if (hold.isPresent()) {
      return notReady(look, hold.get());
    }
    if (target.replicas() == 0) {
      return notReady(
          look,
          "TargetScaledToZero",
          "The Deployment has no replicas, so nothing can be compared; scale it up.");
    }
    List<Workload.ReplicaSet> serving = workload.serving();
    List<Workload.ReplicaSet> others =
        serving.stream().filter(r -> !r.templateDigest().equals(target.templateDigest())).toList();
    boolean wanted = serving.size() > others.size();
    boolean atRisk = others.stream().anyMatch(r -> r.available() > 0);
    if (!atRisk && (!wanted || !others.isEmpty())) {
      return bootstrap(look, target, others);
    }
    if (serving.size() != 1 || serving.getFirst().available() == 0) {
      return look.draft()
          .message("Waiting until one template alone serves.")
          .condition("Ready", false, "RollUnderWay", "Waiting until one template alone serves.")
          .recheck(Look.BEAT)
          .done();
    }
    Workload.ReplicaSet stable = serving.getFirst();
    Release recorded =
        new Release(
            stable.templateDigest(),
            stable.images().values().stream().findFirst().orElse(null),
            stable.images(),
            null,
            null,
            target.uid(),
            null);
    return look.draft()
        .move(Phase.Idle)
        .stable(recorded)
        .candidate(null)
        .watch(null)
        .admit(stable.templateDigest())
        .recheck(Look.SOON)
        .done();
  }

  /**
   * Nothing serves but perhaps the declared template, so nothing is put at risk: it gets its pods
   * ungated, and those that never served lose theirs.
   */
  private static Decision bootstrap(
      Look look, Target target, List<Workload.ReplicaSet> neverServed) {
    String message = "A held Deployment without serving pods gets its first ones.";
    Draft draft = look.draft().message(message).condition("Ready", false, "Bootstrapping", message);
    if (!neverServed.isEmpty()) {
      draft.effect(
          new Effect.ScaleToZero(neverServed.stream().map(Workload.ReplicaSet::name).toList()));
    }
    return draft.effect(new Effect.Bootstrap(target.templateDigest())).recheck(Look.BEAT).done();
  }

  static Decision idle(Look look) {
    World world = look.world();
    Optional<Decision> gone = gone(look);
    if (gone.isPresent()) {
      return gone.get();
    }
    Target target = world.target().known().orElseThrow();
    if (isStable(look, target)) {
      Optional<World.Problem> problem =
          world.problems().stream().findFirst().or(() -> holdProblem(look, target));
      return Watching.decide(look)
          .or(() -> problem.map(p -> notReady(look, p)))
          .orElseGet(() -> atRest(look, target));
    }
    Optional<Rejection> rejection = look.status().rejectionOf(target.templateDigest());
    if (rejection.isPresent() && !retried(look)) {
      return look.draft()
          .move(Phase.Rejected)
          .cause(rejection.get().cause())
          .candidate(release(look, target))
          .revert(null)
          .recheck(Look.SOON)
          .done();
    }
    return tryTemplate(look, target);
  }

  /** The declared template is neither the stable nor a refused one: hold it, and try it. */
  static Decision tryTemplate(Look look, Target target) {
    World world = look.world();
    boolean wayBack = Watching.isWayBack(look, target.templateDigest());
    // Nobody is asked about the way back, so whatever is wrong with the questions may wait.
    Optional<World.Problem> problem =
        world.problems().stream()
            .filter(p -> !(wayBack && p.reason().startsWith("Template")))
            .findFirst();
    if (problem.isPresent()) {
      return notReady(look, problem.get());
    }
    if (target.agent().isPresent() && !target.templateByAgent()) {
      return notReady(
          look,
          "NotFromGit",
          "The template was changed by hand on an object that "
              + target.agent().get()
              + " applies; it is held until the agent puts git's text back. Commit the change"
              + " instead.");
    }
    Optional<World.Problem> hold = holdProblem(look, target);
    if (hold.isPresent()) {
      return notReady(look, hold.get());
    }
    Optional<String> blind = look.blind();
    if (blind.isPresent()) {
      return look.waitForSight(blind.get());
    }
    Workload workload = world.workload().known().orElse(Workload.EMPTY);
    boolean servesAlready =
        workload.serving().size() == 1
            && workload.serving().getFirst().templateDigest().equals(target.templateDigest());
    if (servesAlready) {
      return ungated(look);
    }
    if (workload.serving().size() != 1 || target.replicas() == 0) {
      return look.draft()
          .message("Waiting until one template alone serves.")
          .recheck(Look.BEAT.multipliedBy(2))
          .done();
    }
    Tokens seen = look.status().tokens();
    boolean stableFailed = look.status().stableFailed();
    Draft draft =
        look.draft()
            .watch(stableFailed ? look.status().watch() : null)
            .move(Phase.Preparing)
            .startClocks()
            .cause(null)
            .step(null)
            .weight(null)
            .verdict(null)
            .revert(wayBack ? look.status().revert() : null)
            .traffic(null)
            .candidate(release(look, target))
            .admit(target.templateDigest())
            .tokens(
                new Tokens(
                    look.spec().retry(), look.spec().promote(), seen.skip(), look.spec().abort()))
            .message("A new template is held and prepared.")
            .condition("Reconciling", true, "Preparing", "A new template is held and prepared.")
            .condition("InSync", false, "RolloutUnderWay", "A new template is being tried.");
    return draft
        .effect(
            new Effect.Tell(
                false, "RolloutStarted", "A new template is held and prepared: " + target.image()))
        .recheck(Look.SOON)
        .done();
  }

  /** The template rolled out while nothing held it: too late for a gate, and people must know. */
  private static Decision ungated(Look look) {
    String message = "The declared template was rolled out while the Deployment was not held.";
    return look.draft()
        .move(Phase.Initializing)
        .candidate(null)
        .message(message)
        .condition("Ready", false, "UngatedRollout", message)
        .effect(new Effect.Tell(true, "UngatedRollout", message))
        .recheck(Look.SOON)
        .done();
  }

  /** The status with what the Revert says now. */
  static Draft withRevert(Look look) {
    Draft draft = look.draft();
    look.world()
        .revert()
        .known()
        .ifPresent(r ->
            draft.revert(
                new RevertLink(
                    r.name(),
                    r.status().phaseOrPending(),
                    r.status().commit(),
                    r.status().pullRequest())));
    return draft;
  }

  private static Decision atRest(Look look, Target target) {
    Draft draft = withRevert(look);
    Watching.lookAgain(look, draft);
    Release stable = Objects.requireNonNull(look.status().stable());
    look.world()
        .origin()
        .known()
        .ifPresent(origin -> {
          // An agent that has not finished its first apply is asked again.
          boolean unfinished = target.agent().isPresent() && origin.applied().isEmpty();
          // The commit that brought it is the one to revert, whatever came on top meanwhile.
          boolean watched = look.status().watch() != null && stable.revision() != null;
          draft.stable(
              new Release(
                  stable.templateDigest(),
                  target.image(),
                  target.images(),
                  watched ? stable.revision() : origin.applied().orElse(stable.revision()),
                  origin.source(),
                  target.uid(),
                  unfinished ? null : target.generation()));
          if (unfinished) {
            draft.recheck(Look.SLOW);
          }
        });
    if (look.world().finalizer()) {
      draft.effect(new Effect.DropFinalizer());
    }
    RevertLink link = look.status().revert();
    boolean unobserved =
        look.world()
            .revert()
            .known()
            .filter(r -> r.status().phaseOrPending() == RevertStatus.Phase.Pushed)
            .isPresent();
    if (link != null && unobserved) {
      draft.effect(new Effect.ObserveRevert(link.name())).recheck(Look.BEAT);
    }
    draft
        .candidate(null)
        .message("The declared release serves.")
        .condition("Ready", true, "Serving", "The declared release serves.")
        .condition("Reconciling", false, "Idle", "Nothing is under way.");
    Optional<World.RevertState> open =
        look.world().revert().known().filter(r -> r.status().phaseOrPending().isUnderWay());
    return open.isPresent()
        ? draft
            .condition(
                "InSync",
                false,
                "RevertOpen",
                "The declared release serves, but Revert " + open.get().name() + " is still open.")
            .done()
        : draft.condition("InSync", true, "InSync", "The declared release serves.").done();
  }

  /** The cases in which there is no Deployment to decide about. */
  static Optional<Decision> gone(Look look) {
    World world = look.world();
    if (world.deleting()) {
      return Optional.of(leave(look));
    }
    if (world.target().isMissing()) {
      return Optional.of(
          look.draft().move(Phase.Initializing).candidate(null).recheck(Look.SOON).done());
    }
    if (world.target().isUnreadable()) {
      return Optional.of(look.waitForSight(look.blind().orElse("the Deployment is not readable")));
    }
    Release stable = look.status().stable();
    Target target = world.target().known().orElseThrow();
    if (stable == null || !target.uid().equals(stable.uid())) {
      return Optional.of(
          look.draft().move(Phase.Initializing).candidate(null).recheck(Look.SOON).done());
    }
    return Optional.empty();
  }

  private static Decision leave(Look look) {
    Draft draft = look.draft().message("The Canary is being deleted.");
    if (look.world().finalizer()) {
      draft.effect(new Effect.DropFinalizer());
    }
    return draft.done();
  }

  static boolean isStable(Look look, Target target) {
    Release stable = look.status().stable();
    return stable != null && stable.templateDigest().equals(target.templateDigest());
  }

  static boolean retried(Look look) {
    String wish = look.spec().retry();
    return wish != null && !wish.equals(look.status().tokens().retry());
  }

  static Release release(Look look, Target target) {
    Optional<Origin> origin = look.world().origin().known();
    return new Release(
        target.templateDigest(),
        target.image(),
        target.images(),
        origin.flatMap(Origin::attempted).orElse(null),
        origin.map(Origin::source).orElse(null),
        target.uid(),
        target.generation());
  }

  private static Optional<World.Problem> holdProblem(Look look, Target target) {
    boolean labelled = target.holdLabel().equals(Optional.of("declared"));
    boolean guarded = look.world().guarded().known().orElse(true);
    if (labelled && target.paused() && guarded) {
      return Optional.empty();
    }
    String todo =
        !labelled
            ? "label the Deployment palinode.dev/hold: declared"
            : !target.paused()
                ? "set spec.paused: true on the Deployment"
                : "install the guard policy palinode-declared and its binding (deploy/base)";
    return Optional.of(
        new World.Problem(
            "HoldMissing",
            "New templates would serve ungated; in git, " + todo + ". See docs/operations.md."));
  }

  private static Decision notReady(Look look, World.Problem problem) {
    return notReady(look, problem.reason(), problem.message());
  }

  private static Decision notReady(Look look, String reason, String message) {
    return look.draft()
        .message(message)
        .condition("Ready", false, reason, message)
        .recheck(Look.SLOW)
        .done();
  }
}
