package dev.palinode.controller.observe;

import dev.palinode.analysis.RouteWeight;
import dev.palinode.controller.decide.Judgement;
import dev.palinode.controller.decide.Origin;
import dev.palinode.controller.decide.Route;
import dev.palinode.controller.decide.Target;
import dev.palinode.controller.decide.Workload;
import dev.palinode.controller.decide.World;
import dev.palinode.controller.decide.World.Problem;
import dev.palinode.controller.decide.World.RevertState;
import dev.palinode.controller.ports.Canaries;
import dev.palinode.controller.ports.Canaries.Recorded;
import dev.palinode.controller.ports.RouteKey;
import dev.palinode.controller.ports.TrafficRouter;
import dev.palinode.controller.ports.WorkloadKey;
import dev.palinode.controller.ports.Workloads;
import dev.palinode.crds.Canary;
import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.CanaryStatus.Release;
import dev.palinode.crds.CanaryStatus.RevertLink;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import dev.palinode.crds.Phase;
import dev.palinode.crds.SpecProblems;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Turns the ports into one immutable {@link World}. It reads no more than the phase can use: an
 * idle Canary whose declared template serves costs no request at all.
 */
public final class WorldReader {
  private final Canaries canaries;
  private final Workloads workloads;
  private final TrafficRouter router;
  private final Gates gates;

  public WorldReader(Canaries canaries, Workloads workloads, TrafficRouter router, Gates gates) {
    this.canaries = canaries;
    this.workloads = workloads;
    this.router = router;
    this.gates = gates;
  }

  /** The world of this Canary, and the keys under which effects reach it. */
  public record Sight(World world, WorkloadKey workload, RouteKey route) {}

  public Sight read(Recorded canary, Instant now) {
    CanaryStatus status = canary.status();
    Phase phase = status.phaseOrInitial();
    WorkloadKey key = workloadKey(canary);
    Observed<Origin> origin = Observed.missing();
    Observed<Target> target = phase.isRollout() ? workloads.targetNow(key) : workloads.target(key);
    boolean trying = !phase.isRollout() && differs(status, target);
    boolean unrecorded = phase == Phase.Idle && !trying && isUnrecorded(status, target);
    if (trying || unrecorded) {
      // The order matters: a template read after the agent's revision cannot be older than it.
      origin = origin(canary.spec(), key);
      target = workloads.targetNow(key);
    }
    boolean watching = !trying && isWatching(canary, now);
    Observed<Workload> workload =
        phase.isRollout() || phase == Phase.Initializing || trying || watching
            ? workloads.read(key)
            : Observed.missing();
    RouteKey route = routeKey(canary, target, workload);
    Templates templates =
        templates(canary, phase.isRollout() || trying || watching || isNew(canary));
    Observed<Route> seen = phase.isRollout() ? router.read(route) : Observed.missing();
    List<Problem> problems = new ArrayList<>(templates.problems());
    if (!phase.isRollout() && (trying || isNew(canary))) {
      problems.addAll(0, specProblems(canary));
      problems.addAll(canaries.rivals(canary));
      if (target.known().isPresent()) {
        problems.addAll(router.problems(route));
      }
    }
    World world =
        new World(
            canary.name(),
            canary.uid(),
            canary.generation(),
            canary.deleting(),
            canary.finalizer(),
            status,
            problems,
            trying || isNew(canary) ? workloads.guarded() : Observed.known(true),
            target,
            workload,
            seen,
            watching
                ? judgementAlone(canary, templates, workload, now)
                : judgement(canary, templates, route, workload, seen, now),
            origin,
            revert(canary));
    return new Sight(world, key, route);
  }

  /** What admission could not refuse. */
  private static List<Problem> specProblems(Recorded canary) {
    Canary object = new Canary();
    object.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(canary.name().namespace())
            .withName(canary.name().name())
            .build());
    object.setSpec(canary.spec());
    return SpecProblems.of(object).stream()
        .map(p -> new Problem("SpecInvalid", p.path() + ": " + p.message()))
        .toList();
  }

  /** The rollout is over: nothing of it needs to be remembered. */
  public void forget(ObjectName canary) {
    gates.forget(canary);
  }

  private Observed<Judgement> judgement(
      Recorded canary,
      Templates templates,
      RouteKey key,
      Observed<Workload> workload,
      Observed<Route> route,
      Instant now) {
    CanaryStatus status = canary.status();
    Instant served = status.progressOrNone().servedSince();
    Phase phase = status.phaseOrInitial();
    boolean judged = phase == Phase.Progressing || phase == Phase.Promoting;
    Optional<Workload.ReplicaSet> candidate = workload.known().flatMap(Workload::candidate);
    if (!judged || served == null || candidate.isEmpty() || route.known().isEmpty()) {
      return Observed.missing();
    }
    if (!templates.problems().isEmpty()) {
      return Observed.unreadable(templates.problems().getFirst().message());
    }
    List<String> pods =
        workload.known().get().candidatePods().stream().map(Workload.Pod::name).toList();
    return gates.ask(
        new Question(
            canary.uid() + "/" + served,
            canary.name(),
            templates.metrics(),
            canary.spec().analysis().alpha(),
            route.known().get().service(),
            key.candidateHash(),
            candidate.get().name() + "-",
            pods,
            workload.known().get().stablePods(),
            false,
            served,
            weight(status),
            Optional.ofNullable(status.judge())),
        now);
  }

  /** After the hand-over: all that serves is the release that was tried. */
  private Observed<Judgement> judgementAlone(
      Recorded canary, Templates templates, Observed<Workload> workload, Instant now) {
    CanaryStatus status = canary.status();
    CanaryStatus.Watch watch = Objects.requireNonNull(status.watch());
    Instant served = Objects.requireNonNull(status.progressOrNone().servedSince());
    Release stable = Objects.requireNonNull(status.stable());
    Optional<Workload.ReplicaSet> set =
        workload.known().flatMap(w -> w.ownedWith(stable.templateDigest()));
    if (set.isEmpty() || !templates.problems().isEmpty()) {
      return Observed.missing();
    }
    return gates.ask(
        new Question(
            canary.uid() + "/" + served,
            canary.name(),
            templates.metrics(),
            canary.spec().analysis().alpha(),
            watch.service(),
            set.get().hash(),
            set.get().name() + "-",
            workload.known().get().stablePods(),
            List.of(),
            true,
            served,
            new RouteWeight(1, Optional.of(watch.since()), Optional.of(watch.since())),
            Optional.ofNullable(status.judge())),
        now);
  }

  /** Idle, and what serves alone is still judged. */
  private static boolean isWatching(Recorded canary, Instant now) {
    CanaryStatus status = canary.status();
    CanaryStatus.Watch watch = status.watch();
    return status.phaseOrInitial() == Phase.Idle
        && watch != null
        && status.progressOrNone().servedSince() != null
        && !status.stableFailed()
        && now.isBefore(watch.since().plus(canary.spec().watch().duration()));
  }

  /**
   * Recorded before it is written, so that a crash in between can keep the two far apart; once it
   * was confirmed, the window of its step is open.
   */
  private static RouteWeight weight(CanaryStatus status) {
    CanaryStatus.Progress progress = status.progressOrNone();
    return Objects.equals(progress.mark(), "Weight")
        ? new RouteWeight(
            status.weightOrZero().fraction(),
            Optional.ofNullable(progress.markSince()),
            Optional.ofNullable(progress.windowSince()))
        : RouteWeight.NONE;
  }

  private Templates templates(Recorded canary, boolean wanted) {
    return wanted
        ? Templates.read(canaries, canary.name().namespace(), canary.spec())
        : Templates.NONE;
  }

  private Observed<RevertState> revert(Recorded canary) {
    RevertLink link = canary.status().revert();
    if (link == null || (link.phase() != null && link.phase().isFinal())) {
      return Observed.missing();
    }
    return canaries.revert(new ObjectName(canary.name().namespace(), link.name()));
  }

  private Observed<Origin> origin(CanarySpec spec, WorkloadKey key) {
    Observed<Origin> told = workloads.origin(key);
    Optional<CanarySpec.Source> declared = spec.declaredSource();
    if (declared.isEmpty()) {
      return told;
    }
    Optional<Origin> agent = told.known();
    return Observed.known(
        new Origin(
            declared.get(), agent.flatMap(Origin::attempted), agent.flatMap(Origin::applied)));
  }

  private static WorkloadKey workloadKey(Recorded canary) {
    return new WorkloadKey(canary.name(), canary.uid(), canary.spec().targetRef().name());
  }

  private static RouteKey routeKey(
      Recorded canary, Observed<Target> target, Observed<Workload> workload) {
    Release stable = canary.status().stable();
    Optional<Workload> sets = workload.known();
    String stableHash =
        sets.filter(_ -> stable != null)
            .flatMap(w -> w.ownedWith(Objects.requireNonNull(stable).templateDigest()))
            .map(Workload.ReplicaSet::hash)
            .orElse("");
    Release candidate = canary.status().candidate();
    String candidateHash =
        sets.flatMap(Workload::candidate)
            .or(() ->
                sets.filter(_ -> candidate != null)
                    .flatMap(w -> w.ownedWith(Objects.requireNonNull(candidate).templateDigest())))
            .map(Workload.ReplicaSet::hash)
            .orElse("");
    return new RouteKey(
        canary.name(),
        canary.uid(),
        canary.spec().traffic().istio().virtualServices(),
        target.known().map(Target::podLabels).orElse(java.util.Map.of()),
        stableHash,
        candidateHash);
  }

  private static boolean differs(CanaryStatus status, Observed<Target> target) {
    Release stable = status.stable();
    return stable != null
        && target
            .known()
            .filter(t -> !t.templateDigest().equals(stable.templateDigest()))
            .isPresent();
  }

  private static boolean isUnrecorded(CanaryStatus status, Observed<Target> target) {
    Release stable = status.stable();
    return stable != null
        && target
            .known()
            .filter(t -> !Objects.equals(stable.generation(), t.generation()))
            .isPresent();
  }

  /** Its spec was not looked at yet, or something was wrong at the last look. */
  private static boolean isNew(Recorded canary) {
    CanaryStatus status = canary.status();
    boolean ready =
        status.conditions().stream()
            .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
    return !ready || !Objects.equals(status.observedGeneration(), canary.generation());
  }
}
