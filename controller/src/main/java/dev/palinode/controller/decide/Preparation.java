package dev.palinode.controller.decide;

import dev.palinode.crds.CanaryStatus.Release;
import dev.palinode.crds.CanaryStatus.TrafficRecord;
import dev.palinode.crds.Phase;
import dev.palinode.crds.Weight;
import java.util.Objects;
import java.util.Optional;

/**
 * Preparing: everything that the candidate's first request needs. The order is the point: a plain
 * route also reaches candidate pods, so the split at 100/0 is live, and old enough to be
 * everywhere, before the first of them exists.
 */
final class Preparation {
  private Preparation() {}

  static Decision decide(Look look) {
    Optional<Stop> stop = Stop.of(look);
    if (stop.isPresent()) {
      return stop.get().begin(look);
    }
    Optional<String> blind = look.blind();
    if (blind.isPresent()) {
      return look.waitForSight(blind.get());
    }
    if (!look.world().finalizer()) {
      return look.draft().effect(new Effect.AddFinalizer()).recheck(Look.SOON).done();
    }
    Optional<Decision> clock = look.clock(look.spec().paused());
    if (clock.isPresent()) {
      return clock.get();
    }
    if (look.spec().paused()) {
      return look.stay("Paused by spec.paused.");
    }
    Optional<Decision> scaledToZero = look.scaledToZero();
    if (scaledToZero.isPresent()) {
      return scaledToZero.get();
    }
    Target target = look.world().target().known().orElseThrow();
    Workload workload = look.world().workload().known().orElse(Workload.EMPTY);
    Optional<Workload.ReplicaSet> twin = workload.ownedWith(target.templateDigest());
    if (twin.isPresent()) {
      return look.draft()
          .effect(new Effect.DeleteTwin(twin.get().name(), twin.get().uid()))
          .recheck(Look.SOON)
          .done();
    }
    Optional<Workload.ReplicaSet> candidate = workload.candidate();
    if (candidate.isEmpty()) {
      Draft draft = look.draft();
      if (look.progress().mark() != null) {
        draft.recreated();
      }
      return draft
          .effect(new Effect.CreateCandidate(target.templateDigest()))
          .message("The candidate's ReplicaSet is being made, still without pods.")
          .recheck(Look.SOON)
          .done();
    }
    if (!candidate.get().templateDigest().equals(target.templateDigest())) {
      return Stop.unproven(
              "TemplateInequality",
              "The API server stored another template in the candidate's ReplicaSet than in the"
                  + " Deployment; an admission webhook treats the two differently.")
          .orElseThrow()
          .begin(look);
    }
    return route(look, target, workload, candidate.get());
  }

  private static Decision route(
      Look look, Target target, Workload workload, Workload.ReplicaSet candidate) {
    Route route = look.world().route().known().orElse(null);
    if (route == null) {
      return look.waitForSight("the route cannot be found");
    }
    if (!route.isOpen()) {
      return look.draft()
          .effect(new Effect.OpenRoute())
          .message("The route's text from git is being kept.")
          .recheck(Look.SOON)
          .done();
    }
    if (route.rule() != Route.Rule.Current) {
      return look.draft()
          .traffic(new TrafficRecord(route.snapshots()))
          .mark(Mark.Rule)
          .effect(new Effect.WriteRule())
          .message("The subsets are being written.")
          .recheck(Look.BEAT)
          .done();
    }
    if (!route.isAt(Weight.ZERO)) {
      return split(look, route);
    }
    if (look.marked(Mark.Split) && !look.settled(Mark.Split)) {
      return look.stay("Waiting until the split is everywhere, before the first candidate pod.");
    }
    return pods(look, target, workload, candidate);
  }

  private static Decision split(Look look, Route route) {
    if (look.marked(Mark.Rule) && !look.settled(Mark.Rule)) {
      return look.stay("Waiting until the subsets are everywhere.");
    }
    Draft draft = look.draft();
    if (look.status().weight() != null && look.isReset()) {
      draft.contested();
    }
    return draft
        .traffic(new TrafficRecord(route.snapshots()))
        .weight(Weight.ZERO)
        .mark(Mark.Split)
        .effect(new Effect.SetWeight(Weight.ZERO))
        .message("The route is being split at stable 100, candidate 0.")
        .recheck(Look.BEAT)
        .done();
  }

  private static Decision pods(
      Look look, Target target, Workload workload, Workload.ReplicaSet candidate) {
    StepPlan plan = new StepPlan(look.spec().steps());
    int need = StepPlan.podsFor(target.replicas(), plan.weightAt(0), look.pace().headroom());
    Draft draft = look.draft();
    if (candidate.replicas() < need) {
      return draft
          .mark(Mark.Scaled)
          .effect(new Effect.ScaleCandidate(need))
          .message("The candidate's pods are starting.")
          .recheck(Look.BEAT)
          .done();
    }
    if (workload.candidatePods().stream().anyMatch(p -> !p.labelled() && !p.terminating())) {
      draft.effect(new Effect.LabelPods());
    }
    if (candidate.available() < need) {
      if (!look.marked(Mark.Scaled)) {
        draft.mark(Mark.Scaled);
      }
      return draft.message("Waiting for the candidate's pods.").recheck(Look.BEAT).done();
    }
    Release release = Objects.requireNonNull(look.status().candidate());
    return draft
        .move(Phase.Progressing)
        .step(0)
        .message("The candidate is ready: " + release.image())
        .recheck(Look.SOON)
        .done();
  }
}
