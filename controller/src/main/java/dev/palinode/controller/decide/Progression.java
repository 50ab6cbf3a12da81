package dev.palinode.controller.decide;

import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.CanarySpec.Step;
import dev.palinode.crds.CanaryStatus.Tokens;
import dev.palinode.crds.Phase;
import dev.palinode.crds.Weight;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Progressing: the candidate's share follows the steps. A weight counts once the observed share
 * confirms it; a step passes only on traffic served at its own weight.
 */
final class Progression {
  private Progression() {}

  static Decision decide(Look look) {
    Optional<Stop> stop = Stop.of(look);
    if (stop.isPresent()) {
      return stop.get().begin(look);
    }
    Optional<String> blind = look.blind();
    if (blind.isPresent()) {
      return look.waitForSight(blind.get());
    }
    Workload workload = look.world().workload().known().orElse(Workload.EMPTY);
    Route route = look.world().route().known().orElse(null);
    if (route == null) {
      return look.waitForSight("the route cannot be found");
    }
    Optional<Decision> mended = mend(look, workload, route);
    if (mended.isPresent()) {
      return mended.get();
    }
    Optional<Decision> waits =
        look.scaledToZero()
            .or(() ->
                look.clock(look.spec().paused() || isEndlessPause(look) || Stop.isFrozen(look)))
            .or(() -> Stop.freeze(look));
    if (waits.isPresent()) {
      return waits.get();
    }
    if (unjudged(look) && !look.spec().paused()) {
      return look.draft()
          .move(Phase.Promoting)
          .window(null)
          .unreadable(null)
          .message(
              skipped(look)
                  ? "To 100 % without analysis, as spec.skip asks."
                  : "To 100 % without analysis: this served before the release that failed.")
          .recheck(Look.SOON)
          .done();
    }
    return Readability.decide(look, route).orElseGet(() -> climb(look, workload, route));
  }

  /** One more move along the steps. */
  static Decision climb(Look look, Workload workload, Route route) {
    if (look.spec().paused()) {
      return look.stay("Paused by spec.paused.");
    }
    StepPlan plan = new StepPlan(look.spec().steps());
    int index = index(look);
    if (plan.isPast(index)) {
      return look.draft().move(Phase.Promoting).window(null).recheck(Look.SOON).done();
    }
    Step step = plan.step(index);
    if (step.setWeight() != null) {
      return weight(look, step.setWeight(), workload, route);
    }
    return atWeight(look, plan.weightAt(index), workload, route)
        .orElseGet(() -> pause(look, step, isEndlessPause(look)));
  }

  /** A pause counts at the weight of its step only, whatever was edited or reset meanwhile. */
  private static Optional<Decision> atWeight(
      Look look, Weight due, Workload workload, Route route) {
    if (!route.isAt(due)) {
      Target target = look.world().target().known().orElseThrow();
      int need = StepPlan.podsFor(target.replicas(), due, look.pace().headroom());
      return pods(look, workload, need).or(() -> Optional.of(setWeight(look, due)));
    }
    boolean unseen = look.marked(Mark.Weight) && look.progress().windowSince() == null;
    return unseen && !confirmed(look, due)
        ? Optional.of(look.stay("Waiting until " + due + " is seen in the traffic."))
        : Optional.empty();
  }

  /** What must be right at any weight before the next move is thought of. */
  static Optional<Decision> mend(Look look, Workload workload, Route route) {
    Optional<Workload.ReplicaSet> candidate = workload.candidate();
    Weight live = route.live().orElse(Weight.ZERO);
    if (candidate.isEmpty()) {
      return Optional.of(
          look.draft()
              .recreated()
              .weight(Weight.ZERO)
              .step(0)
              .window(null)
              .mark(Mark.Scaled)
              .effect(new Effect.SetWeight(Weight.ZERO))
              .effect(
                  new Effect.CreateCandidate(
                      look.world().target().known().orElseThrow().templateDigest()))
              .message("The candidate's ReplicaSet was deleted by somebody; it is made once more.")
              .recheck(Look.SOON)
              .done());
    }
    if (!live.isZero() && candidate.get().available() == 0) {
      return Optional.of(
          look.draft()
              .weight(Weight.ZERO)
              .step(0)
              .window(null)
              .mark(Mark.Scaled)
              .effect(new Effect.SetWeight(Weight.ZERO))
              .message("No candidate pod is available: traffic is off until one is.")
              .recheck(Look.SOON)
              .done());
    }
    boolean reset = route.live().isEmpty() || !route.isOpen();
    if (reset || route.rule() != Route.Rule.Current) {
      Draft draft = look.draft().effect(new Effect.WriteRule());
      if (!route.isOpen()) {
        draft.effect(new Effect.OpenRoute());
      }
      if (reset && look.isReset()) {
        draft.contested();
      }
      if (reset) {
        draft.window(null).mark(Mark.Weight);
      }
      return Optional.of(
          draft
              .effect(new Effect.SetWeight(look.status().weightOrZero()))
              .message("Somebody else wrote to the route; its weight is being set again.")
              .recheck(Look.SOON)
              .done());
    }
    return Optional.empty();
  }

  private static Decision weight(Look look, Weight wanted, Workload workload, Route route) {
    Target target = look.world().target().known().orElseThrow();
    int need = StepPlan.podsFor(target.replicas(), wanted, look.pace().headroom());
    Optional<Decision> pods = pods(look, workload, need);
    if (pods.isPresent()) {
      return pods.get();
    }
    if (!route.isAt(wanted) || !look.marked(Mark.Weight)) {
      return setWeight(look, wanted);
    }
    if (!confirmed(look, wanted)) {
      return look.stay("Waiting until " + wanted + " is seen in the traffic.");
    }
    return next(look)
        .effect(new Effect.Tell(false, "WeightConfirmed", "The candidate serves " + wanted + "."))
        .done();
  }

  /** Enough labelled pods for the share; empty when they are there. */
  static Optional<Decision> pods(Look look, Workload workload, int need) {
    Workload.ReplicaSet candidate = workload.candidate().orElseThrow();
    Draft draft = look.draft();
    if (candidate.replicas() < need) {
      return Optional.of(
          draft
              .mark(Mark.Scaled)
              .effect(new Effect.ScaleCandidate(need))
              .message("The candidate is scaled to " + need + " pods.")
              .recheck(Look.BEAT)
              .done());
    }
    boolean unlabelled =
        workload.candidatePods().stream().anyMatch(p -> !p.labelled() && !p.terminating());
    if (unlabelled) {
      draft.effect(new Effect.LabelPods());
    }
    if (candidate.available() < need && !look.marked(Mark.Scaled)) {
      draft.mark(Mark.Scaled);
    }
    if (unlabelled || candidate.available() < need) {
      return Optional.of(
          draft.message("Waiting for the candidate's pods.").recheck(Look.BEAT).done());
    }
    return Optional.empty();
  }

  static Decision setWeight(Look look, Weight wanted) {
    return look.draft()
        .weight(wanted)
        .served()
        .window(null)
        .mark(Mark.Weight)
        .effect(new Effect.SetWeight(wanted))
        .message("The candidate's share is set to " + wanted + ".")
        .recheck(Look.BEAT)
        .done();
  }

  /** The share that was asked for is the share that is served, or must be by now. */
  static boolean confirmed(Look look, Weight wanted) {
    return look.settled(Mark.Weight)
        || look.world()
            .judgement()
            .known()
            .flatMap(Judgement::share)
            .filter(s -> StepPlan.confirms(s, wanted))
            .isPresent();
  }

  private static Decision pause(Look look, Step step, boolean waitsForPeople) {
    Instant since = look.progress().windowSince();
    if (since == null) {
      return look.draft().window(look.now()).recheck(Look.SOON).done();
    }
    if (promoted(look)) {
      Tokens t = look.status().tokens();
      return next(look)
          .tokens(new Tokens(t.retry(), look.spec().promote(), t.skip(), t.abort()))
          .done();
    }
    if (waitsForPeople) {
      return look.stay("Paused until spec.promote changes.");
    }
    Duration wait =
        step.pause() == null || step.pause().duration() == null
            ? Duration.ZERO
            : step.pause().duration().duration();
    if (look.now().isBefore(since.plus(wait))) {
      return look.stay(
          "Serving " + look.status().weightOrZero() + " for " + wait.toSeconds() + " s.");
    }
    return switch (gate(look, since.plus(wait))) {
      case Gate.Open _ -> next(look).done();
      case Gate.Wait(var why) -> look.stay(why);
      case Gate.Close(var stop) -> stop.begin(look);
    };
  }

  /** What the end of a step leads to. */
  sealed interface Gate {
    record Open() implements Gate {}

    record Wait(String why) implements Gate {}

    record Close(Stop stop) implements Gate {}
  }

  /**
   * @param over when the step's own time was over; more evidence is awaited from here
   */
  static Gate gate(Look look, Instant over) {
    Judgement judgement = look.world().judgement().known().orElse(null);
    if (judgement == null) {
      return waitFor(look, over, "No verdict yet.");
    }
    return switch (judgement.result()) {
      case Pass -> new Gate.Open();
      case Fail -> new Gate.Wait("Frozen by onFailure.git: Freeze. " + judgement.reason());
      case Inconclusive -> inconclusive(look, over, judgement.reason());
      case Invalid -> waitFor(look, over, judgement.reason());
    };
  }

  private static Gate inconclusive(Look look, Instant over, String reason) {
    return switch (look.spec().analysis().onInconclusive()) {
      case Promote -> new Gate.Open();
      case Abort -> new Gate.Close(Stop.unproven("Inconclusive", reason).orElseThrow());
      case Hold -> waitFor(look, over, reason);
    };
  }

  private static Gate waitFor(Look look, Instant over, String reason) {
    CanarySpec.Analysis analysis = look.spec().analysis();
    if (look.now().isBefore(over.plus(analysis.maxHold().duration()))) {
      return new Gate.Wait("Holding for evidence: " + reason);
    }
    return new Gate.Close(
        Stop.unproven(
                "Inconclusive", "Not enough evidence within " + analysis.maxHold() + ": " + reason)
            .orElseThrow());
  }

  private static Draft next(Look look) {
    Draft draft = look.draft();
    look.world().judgement().known().ifPresent(j -> draft.verdict(j.evidence()));
    return draft.step(index(look) + 1).window(look.now()).recheck(Look.SOON);
  }

  private static int index(Look look) {
    Integer step = look.status().step();
    return step == null ? 0 : step;
  }

  /** Nobody judges what a person lets pass, nor the way back to what served before. */
  static boolean unjudged(Look look) {
    return skipped(look) || Watching.isWayBack(look);
  }

  static boolean skipped(Look look) {
    String wish = look.spec().skip();
    return wish != null && !wish.equals(look.status().tokens().skip());
  }

  private static boolean promoted(Look look) {
    String wish = look.spec().promote();
    return wish != null && !wish.equals(look.status().tokens().promote());
  }

  private static boolean isEndlessPause(Look look) {
    StepPlan plan = new StepPlan(look.spec().steps());
    int index = index(look);
    if (plan.isPast(index)) {
      return false;
    }
    CanarySpec.Pause pause = plan.step(index).pause();
    return pause != null && pause.duration() == null;
  }
}
