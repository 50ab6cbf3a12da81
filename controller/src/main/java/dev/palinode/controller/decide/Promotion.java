package dev.palinode.controller.decide;

import dev.palinode.crds.CanaryStatus.HistoryEntry;
import dev.palinode.crds.CanaryStatus.Release;
import dev.palinode.crds.CanaryStatus.Tokens;
import dev.palinode.crds.Phase;
import dev.palinode.crds.Weight;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Promoting and Draining: the candidate takes all traffic, its ReplicaSet becomes the Deployment's,
 * and the old pods leave without a request on them. The hand-over is the single point of no return:
 * before it every reason to stop still counts, after it only forward is possible.
 */
final class Promotion {
  /** How long the native controller gets to scale the old pods down before we do. */
  private static final Duration NATIVE_DRAIN = Duration.ofSeconds(5);

  private Promotion() {}

  static Decision promoting(Look look) {
    Release release = Objects.requireNonNull(look.status().candidate());
    Workload workload = look.world().workload().known().orElse(Workload.EMPTY);
    Optional<Workload.ReplicaSet> handed =
        workload.ownedWith(release.templateDigest()).filter(Workload.ReplicaSet::ours);
    if (handed.isPresent() && workload.candidate().isEmpty()) {
      return look.draft()
          .move(Phase.Draining)
          .message("The candidate's pods are the Deployment's now; the old ones leave.")
          .recheck(Look.BEAT)
          .done();
    }
    boolean perhapsHanded = look.marked(Mark.HandOver) && look.world().workload().known().isEmpty();
    Optional<Stop> stop = perhapsHanded ? Optional.empty() : Stop.of(look);
    if (stop.isPresent()) {
      return stop.get().begin(look);
    }
    Optional<String> blind = look.blind();
    if (blind.isPresent()) {
      return look.waitForSight(blind.get());
    }
    Route route = look.world().route().known().orElse(null);
    if (route == null) {
      return look.waitForSight("the route cannot be found");
    }
    return Progression.mend(look, workload, route)
        .or(look::scaledToZero)
        .or(() -> look.clock(look.spec().paused() || Stop.isFrozen(look)))
        .or(() -> Stop.freeze(look))
        .or(() -> Progression.unjudged(look) ? Optional.empty() : Readability.decide(look, route))
        .orElseGet(() -> upward(look, workload, route));
  }

  /** To all traffic; by the steps again if the candidate lost what it had. */
  private static Decision upward(Look look, Workload workload, Route route) {
    if (look.spec().paused()) {
      return look.stay("Paused by spec.paused.");
    }
    Integer step = look.status().step();
    boolean past = step == null || new StepPlan(look.spec().steps()).isPast(step);
    return past || Progression.unjudged(look)
        ? full(look, workload, route)
        : Progression.climb(look, workload, route);
  }

  private static Decision full(Look look, Workload workload, Route route) {
    Target target = look.world().target().known().orElseThrow();
    Optional<Decision> pods = Progression.pods(look, workload, target.replicas());
    if (pods.isPresent()) {
      return pods.get();
    }
    if (!route.isAt(Weight.FULL)) {
      return Progression.setWeight(look, Weight.FULL);
    }
    Instant since = look.progress().windowSince();
    if (since == null && !look.marked(Mark.Weight)) {
      return Progression.setWeight(look, Weight.FULL);
    }
    if (since == null) {
      if (!Progression.confirmed(look, Weight.FULL)) {
        return look.stay("Waiting until 100 % is seen in the traffic.");
      }
      return look.draft().window(look.now()).recheck(Look.SOON).done();
    }
    boolean unjudged = Progression.unjudged(look);
    Duration bake = unjudged ? Duration.ZERO : look.spec().bake().duration();
    Duration wait = bake.compareTo(look.pace().drain()) > 0 ? bake : look.pace().drain();
    if (look.now().isBefore(since.plus(wait))) {
      return look.stay("All traffic on the candidate, the old pods stand by.");
    }
    Progression.Gate gate =
        unjudged ? new Progression.Gate.Open() : Progression.gate(look, since.plus(wait));
    return switch (gate) {
      case Progression.Gate.Open _ -> handOver(look, workload, target);
      case Progression.Gate.Wait(var why) -> look.stay(why);
      case Progression.Gate.Close(var stop) -> stop.begin(look);
    };
  }

  private static Decision handOver(Look look, Workload workload, Target target) {
    Workload.ReplicaSet candidate = workload.candidate().orElseThrow();
    if (candidate.available() != target.replicas() || candidate.replicas() != target.replicas()) {
      return look.draft()
          .effect(new Effect.ScaleCandidate(target.replicas()))
          .message("The candidate follows the Deployment's replicas.")
          .recheck(Look.BEAT)
          .done();
    }
    Draft draft =
        look.draft()
            .effect(new Effect.HandOver(target.templateDigest(), target.replicas()))
            .message("The candidate's pods are handed to the Deployment.")
            .recheck(Look.SOON);
    return look.marked(Mark.HandOver) ? draft.done() : draft.mark(Mark.HandOver).done();
  }

  static Decision draining(Look look) {
    Release release = Objects.requireNonNull(look.status().candidate());
    Optional<String> blind = look.blind();
    if (blind.isPresent()) {
      return look.waitForSight(blind.get());
    }
    if (look.world().target().isMissing() || recreated(look)) {
      return route(look);
    }
    Workload workload = look.world().workload().known().orElse(Workload.EMPTY);
    List<Workload.ReplicaSet> old = workload.othersThan(release.templateDigest());
    Instant since = look.progress().phaseSince();
    if (!old.isEmpty()) {
      Draft draft = look.draft().message("The old pods leave.").recheck(Look.BEAT);
      List<String> kept =
          old.stream().filter(r -> r.replicas() > 0).map(Workload.ReplicaSet::name).toList();
      if (!kept.isEmpty() && since != null && !look.now().isBefore(since.plus(NATIVE_DRAIN))) {
        draft.effect(new Effect.ScaleToZero(kept));
      }
      return draft.done();
    }
    boolean available =
        workload.ownedWith(release.templateDigest()).filter(r -> r.available() > 0).isPresent();
    if (!available) {
      return look.stay("Waiting for the promoted pods to be available.");
    }
    return route(look);
  }

  /** The way back to git's route once nothing but the new pods can answer it. */
  private static Decision route(Look look) {
    Route route = look.world().route().known().orElse(null);
    if (route == null || route.isAsInGit()) {
      boolean settling =
          look.marked(Mark.Restored) && !look.settled(Mark.Restored) && route != null;
      return settling ? look.stay("Waiting until git's route is everywhere.") : finish(look);
    }
    if (!look.marked(Mark.Drained) && !look.marked(Mark.Restored)) {
      return look.draft()
          .mark(Mark.Drained)
          .message("The old pods are gone; waiting until every proxy knows.")
          .recheck(Look.BEAT)
          .done();
    }
    if (look.marked(Mark.Drained) && !look.settled(Mark.Drained)) {
      return look.stay("The old pods are gone; waiting until every proxy knows.");
    }
    if (!look.marked(Mark.Restored)) {
      return look.draft()
          .weight(null)
          .mark(Mark.Restored)
          .effect(new Effect.RestoreRoute())
          .message("The route goes back to git's text.")
          .recheck(Look.BEAT)
          .done();
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
    Release release = Objects.requireNonNull(look.status().candidate());
    Draft draft = look.draft();
    if (Progression.skipped(look)) {
      Tokens t = look.status().tokens();
      draft.tokens(new Tokens(t.retry(), t.promote(), look.spec().skip(), t.abort()));
    }
    if (look.world().route().isMissing()) {
      draft.effect(new Effect.DeleteRule());
    }
    return draft
        .watch(Watching.after(look))
        .move(Phase.Idle)
        .stable(release)
        .candidate(null)
        .step(null)
        .weight(null)
        .traffic(null)
        .history(
            new HistoryEntry(
                release.templateDigest(),
                release.revision(),
                "Promoted",
                null,
                null,
                look.now().truncatedTo(ChronoUnit.SECONDS)))
        .effect(new Effect.Tell(false, "Promoted", "The release serves: " + release.image()))
        .recheck(Look.SOON)
        .done();
  }

  private static boolean recreated(Look look) {
    Release release = look.status().candidate();
    return look.world()
        .target()
        .known()
        .filter(t -> release != null && !t.uid().equals(release.uid()))
        .isPresent();
  }
}
