package dev.palinode.controller.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.controller.decide.Decider;
import dev.palinode.controller.decide.Decision;
import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.decide.Judgement;
import dev.palinode.controller.decide.Route;
import dev.palinode.controller.decide.World;
import dev.palinode.controller.ports.FakeCluster;
import dev.palinode.controller.reconcile.History.Event;
import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.CanaryStatus.RevertLink;
import dev.palinode.crds.Cause;
import dev.palinode.crds.Conditions;
import dev.palinode.crds.Phase;
import dev.palinode.crds.Weight;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * What must hold whatever happens; the numbers are those of the workload model. Checked before
 * every write, after every beat and at the quiet end.
 */
final class CanaryInvariants {
  private final FakeCluster cluster;
  private final boolean foreignWriter;
  private final boolean targetReplaced;
  private final Set<String> admitted = new HashSet<>(List.of("v1"));
  private Map<String, Long> servedBefore = new TreeMap<>();

  private final boolean clockJumped;
  private final boolean gitBlocked;
  private final Map<String, Optional<String>> refused = new HashMap<>();
  private final Map<String, String> revertNames = new TreeMap<>();

  CanaryInvariants(FakeCluster cluster, List<Event> events) {
    this.cluster = cluster;
    this.foreignWriter =
        events.stream()
            .anyMatch(e ->
                switch (e.kind()) {
                  case ResetRoute, DeleteCandidate, AgentFights -> true;
                  default -> false;
                });
    this.clockJumped =
        events.stream()
            .anyMatch(e -> e.kind() == Event.Kind.ClockForward || e.kind() == Event.Kind.ClockBack);
    this.gitBlocked = events.stream().anyMatch(e -> e.kind() == Event.Kind.GitBlocks);
    this.targetReplaced =
        events.stream()
            .anyMatch(e -> e.kind() == Event.Kind.Recreate || e.kind() == Event.Kind.Remove);
  }

  /**
   * A decider whose every decision is looked at, and compared with that of one that knows nothing
   * but its arguments.
   */
  Decider watching(Supplier<Decider> deciders) {
    Decider lasting = deciders.get();
    return new Decider(History.PACE) {
      @Override
      public Decision decide(CanarySpec spec, World world, Instant now) {
        Decision decision = lasting.decide(spec, world, now);
        if (!deciders.get().decide(spec, world, now).equals(decision)) {
          throw new AssertionError("I5: a decider that starts anew decides otherwise");
        }
        decided(spec, world, decision, now);
        return decision;
      }
    };
  }

  private void decided(CanarySpec spec, World world, Decision decision, Instant now) {
    CanaryStatus was = world.status();
    CanaryStatus next = decision.next();
    boolean begins = was.phase() != Phase.Aborting && next.phase() == Phase.Aborting;
    if (begins && next.cause() == Cause.Failed && was.candidate() != null) {
      refused.put(was.candidate().templateDigest(), Optional.ofNullable(was.tokens().retry()));
    }
    if (begins && was.phase() == Phase.Promoting) {
      boolean handed =
          was.candidate() != null
              && was.candidate().templateDigest().equals(cluster.template)
              && cluster.isOwned(was.candidate().templateDigest());
      assertThat(handed && !targetReplaced).as("I9: after the hand-over only forward").isFalse();
    }
    Optional<String> unreadable = world.judgement().known().flatMap(Judgement::unreadable);
    if (begins && unreadable.isPresent()) {
      String reason = next.rejected().isEmpty() ? "" : next.rejected().getFirst().reason();
      assertThat(next.cause() == Cause.Failed && reason.startsWith("AnalysisFailed"))
          .as("I12: unreadable metrics fail no release")
          .isFalse();
    }
    boolean climbs =
        was.phase() == Phase.Progressing
            && was.step() != null
            && (next.phase() == Phase.Promoting
                || (next.step() != null && next.step() > was.step()));
    boolean asked =
        !Objects.equals(spec.promote(), was.tokens().promote())
            || !Objects.equals(spec.skip(), was.tokens().skip())
            || was.stableFailed();
    if (climbs && !asked && was.step() < spec.steps().size()) {
      Weight due = weightOf(spec, was.step());
      assertThat(world.route().known().flatMap(Route::live))
          .as("I11: a step passes at its own weight")
          .contains(due);
      boolean old = !cluster.now.isBefore(cluster.weightSetAt.plus(History.PACE.settle()));
      boolean seen = world.judgement().known().flatMap(Judgement::share).isPresent();
      assertThat(old || seen || clockJumped)
          .as("I11: a step passes on a weight that is everywhere")
          .isTrue();
    }
  }

  private static Weight weightOf(CanarySpec spec, int step) {
    Weight weight = Weight.ZERO;
    for (int i = 0; i <= step; i++) {
      weight = spec.steps().get(i).setWeight() == null ? weight : spec.steps().get(i).setWeight();
    }
    return weight;
  }

  void beforeWrite(Effect effect) {
    boolean unwinding =
        cluster.status.phase() == Phase.Aborting
            && cluster.live.filter(w -> !w.isZero()).isPresent();
    boolean gitFirst = cluster.spec.onFailure().order() == CanarySpec.Order.GitFirst;
    if (unwinding && !foreignWriter && !targetReplaced) {
      assertThat(
              effect.equals(new Effect.SetWeight(Weight.ZERO))
                  || effect instanceof Effect.WriteRule
                  || effect instanceof Effect.Tell
                  || (gitFirst && effect instanceof Effect.CreateRevert))
          .as("I4: traffic to zero before anything else, not %s", effect)
          .isTrue();
    }
    switch (effect) {
      case Effect.SetWeight(var weight) when !weight.isZero() -> {
        String template = cluster.candidateTemplate().orElse("none");
        assertThat(template)
            .as("I1: weight only to the declared template")
            .isEqualTo(cluster.template);
        assertThat(cluster.candidateAvailable())
            .as("I1: weight only to available pods")
            .isPositive();
        assertThat(refused.getOrDefault(template, Optional.of("never refused")))
            .as("I7: no weight to the rejected template %s before a retry", template)
            .isNotEqualTo(Optional.ofNullable(cluster.status.tokens().retry()));
        admitted.add(template);
      }
      case Effect.CreateRevert(var name, var wish) -> {
        assertThat(gitFirst ? Weight.ZERO : cluster.live.orElse(Weight.ZERO))
            .as("I4: traffic is off before git is asked")
            .isEqualTo(Weight.ZERO);
        String failure =
            wish.failed().templateDigest()
                + "@"
                + wish.failed().revision()
                + "/"
                + cluster.status.tokens().retry();
        assertThat(revertNames.computeIfAbsent(failure, _ -> name))
            .as("I6: one request for one failure")
            .isEqualTo(name);
      }
      case Effect.ScaleToZero(var names) -> {
        boolean allowed =
            cluster.status.phase() == Phase.Draining
                || names.stream().noneMatch(cluster::isServing);
        assertThat(allowed).as("I2: serving pods stay before the hand-over").isTrue();
      }
      case Effect.HandOver(var template, _) -> {
        assertThat(cluster.live).as("I9: the hand-over at 100 %").contains(Weight.FULL);
        boolean wayBack = cluster.status.stableFailed();
        assertThat(cluster.metricsReadable || cluster.spec.skip() != null || wayBack)
            .as("I12: no promotion while metrics are unreadable")
            .isTrue();
        admitted.add(template);
      }
      case Effect.Bootstrap(var template) -> admitted.add(template);
      case Effect.Tell(_, var reason, _) when reason.equals("ReleaseFailed") ->
          assertThat(cluster.live.orElse(Weight.ZERO))
              .as("I13: failure is told after traffic was seen off")
              .isEqualTo(Weight.ZERO);
      case Effect.Tell(_, var reason, _) when reason.equals("Promoted") ->
          assertThat(cluster.live).as("I13: success is told after the route is git's").isEmpty();
      case Effect.SetWeight _,
          Effect.OpenRoute _,
          Effect.WriteRule _,
          Effect.RestoreRoute _,
          Effect.DeleteRule _,
          Effect.DeleteTwin _,
          Effect.CreateCandidate _,
          Effect.ScaleCandidate _,
          Effect.LabelPods _,
          Effect.DeleteCandidate _,
          Effect.AddFinalizer _,
          Effect.DropFinalizer _,
          Effect.ObserveRevert _,
          Effect.Tell _ -> {}
    }
  }

  void afterBeat() {
    if (!targetReplaced) {
      assertThat(cluster.stableRestarts).as("I2: no stable pod is ever restarted").isZero();
    }
    if (!foreignWriter && !targetReplaced && !clockJumped) {
      assertThat(cluster.exposedCandidatePods())
          .as("I10: candidate pods only behind a split route")
          .isZero();
      assertThat(cluster.unanswered)
          .as("no request fails that stable would have answered")
          .isZero();
      cluster.servedBy.forEach((template, count) -> {
        if (count > servedBefore.getOrDefault(template, 0L)) {
          assertThat(admitted)
              .as("no request to a release before its first step")
              .contains(template);
        }
      });
      servedBefore = new TreeMap<>(cluster.servedBy);
    }
    assertThat(cluster.revertCommits).as("I6: one commit per failure").doesNotHaveDuplicates();
  }

  void atTheEnd() {
    if (!cluster.canaryExists) {
      nothingLeft();
      return;
    }
    Phase phase = cluster.status.phaseOrInitial();
    boolean brokenFromTheStart =
        (targetReplaced || cluster.status.stable() == null)
            && (cluster.template.contains("never") || cluster.template.contains("crash"));
    if (phase == Phase.Initializing && brokenFromTheStart) {
      nothingLeft();
      return;
    }
    boolean frozen =
        cluster.spec.onFailure().git() == CanarySpec.GitMode.Freeze
            && Conditions.find(cluster.status.conditions(), Conditions.READY)
                .filter(c -> "Frozen".equals(c.getReason()))
                .isPresent();
    if (frozen) {
      return;
    }
    assertThat(phase)
        .as(
            "rest: %s, declared %s, %s",
            cluster.status.message(), cluster.template, cluster.describe())
        .isIn(Phase.Idle, Phase.Rejected);
    nothingLeft();
    if (phase == Phase.Idle) {
      assertThat(cluster.status.stable().templateDigest())
          .as("Idle: what is declared serves")
          .isEqualTo(cluster.template);
      assertThat(cluster.template).as("git and cluster agree").isEqualTo(cluster.commits.getLast());
      assertThat(cluster.serving()).as("Idle: it alone serves").containsExactly(cluster.template);
      boolean kept =
          gitBlocked
              || overruled()
              || contested()
              || cluster.spec.onFailure().git() != CanarySpec.GitMode.Commit;
      assertThat(cluster.status.stableFailed() && !kept)
          .as("a release that failed after its hand-over is reverted in git")
          .isFalse();
    } else {
      assertThat(cluster.status.rejectionOf(cluster.template))
          .as("Rejected: the declared template is a refused one")
          .isPresent();
      Optional<Cause> cause = cluster.status.rejectionOf(cluster.template).map(r -> r.cause());
      boolean left =
          gitBlocked
              || overruled()
              || contested()
              || cluster.spec.onFailure().git() != CanarySpec.GitMode.Commit;
      if (!left) {
        assertThat(cause).as("a failed release is reverted in git").contains(Cause.Unproven);
      }
    }
  }

  /** A person put the failed release back on top of our commit before the agent brought that. */
  private boolean overruled() {
    RevertLink link = cluster.status.revert();
    return link != null
        && link.commit() != null
        && !link.commit().equals("c" + cluster.commits.size());
  }

  /** Put back after its second revert: people were asked. */
  private boolean contested() {
    return Conditions.find(cluster.status.conditions(), "InSync")
        .filter(c -> "RevertContested".equals(c.getReason()))
        .isPresent();
  }

  private void nothingLeft() {
    assertThat(cluster.candidateTemplate()).as("I8: no candidate left").isEmpty();
    assertThat(cluster.live).as("I8: route as in git").isEmpty();
    assertThat(cluster.open).as("I8: no snapshot left").isFalse();
    assertThat(cluster.ruleFor).as("I8: no rule left").isEmpty();
    assertThat(cluster.finalizer).as("I8: no finalizer at rest").isFalse();
  }
}
