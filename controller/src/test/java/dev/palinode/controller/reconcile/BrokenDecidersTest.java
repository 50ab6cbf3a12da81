package dev.palinode.controller.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.controller.decide.Decider;
import dev.palinode.controller.decide.Decision;
import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.decide.Judgement;
import dev.palinode.controller.decide.Pace;
import dev.palinode.controller.decide.Route;
import dev.palinode.controller.decide.Workload;
import dev.palinode.controller.decide.World;
import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.CanarySpec.GitMode;
import dev.palinode.crds.CanarySpec.OnFailure;
import dev.palinode.crds.CanarySpec.Order;
import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.Observed;
import dev.palinode.crds.Phase;
import dev.palinode.crds.Weight;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every invariant of the histories is shown able to fail: one deliberately broken decider for each.
 * An invariant that nothing can trip guards nothing.
 */
class BrokenDecidersTest {
  private static final int WITHIN = 400;

  private record Sabotage(String deed, String invariant, Supplier<Decider> decider) {}

  /** Spoils a sound decision. */
  private interface Spoiler {
    Decision spoil(World world, Decision sound);
  }

  @TestFactory
  Stream<DynamicTest> brokenDecider_isCaughtByItsInvariant() {
    return Stream.of(
            effects(
                "weight before the pods are there",
                "I1: weight only to available",
                (w, d) ->
                    after(d, Effect.ScaleCandidate.class, new Effect.SetWeight(Weight.percent(5)))),
            effects(
                "stable pods taken at the first step",
                "I2: serving pods",
                (w, d) -> after(d, Effect.SetWeight.class, new Effect.ScaleToZero(serving(w)))),
            effects(
                "candidate deleted under traffic",
                "I4: traffic to zero",
                (w, d) -> begins(w, d) ? with(d, List.of(new Effect.DeleteCandidate())) : d),
            spec(
                "the Revert first",
                "I4: traffic to zero",
                (_, s) -> failing(s, s.onFailure().git(), Order.GitFirst)),
            new Sabotage("a decider with a memory", "I5", Forgetful::new),
            effects("a new request at every look", "I6", BrokenDecidersTest::renamed),
            world("rejections forgotten", "I7", w -> status(w, rejections(w.status(), List.of()))),
            world("subsets left behind", "I8: no rule left", BrokenDecidersTest::ruleUnseen),
            effects(
                "the finalizer kept",
                "I8: no finalizer",
                (_, d) -> without(d, Effect.DropFinalizer.class)),
            effects(
                "hand-over before 100 %",
                "I9: the hand-over at",
                (w, d) ->
                    d.effects().contains(new Effect.SetWeight(Weight.FULL))
                        ? with(d, List.of(new Effect.HandOver("v2", 4)))
                        : d),
            effects(
                "pods before the split",
                "I10",
                (_, d) -> after(d, Effect.CreateCandidate.class, new Effect.ScaleCandidate(1))),
            effects("a step taken with its weight", "I11", BrokenDecidersTest::stepTaken),
            world(
                "unreadable is a Pass",
                "I12: no promotion",
                w -> sighted(w, Judgement.Result.Pass)),
            world(
                "unreadable is a Fail",
                "I12: unreadable metrics fail",
                w -> sighted(w, Judgement.Result.Fail)),
            effects(
                "failure told at once",
                "I13: failure is told",
                (w, d) -> begins(w, d) ? before(d, new Effect.Tell(true, "ReleaseFailed", "")) : d),
            effects(
                "success told with the restore",
                "I13: success is told",
                (w, d) ->
                    d.next().phase() == Phase.Draining && has(d, Effect.RestoreRoute.class)
                        ? before(d, new Effect.Tell(false, "Promoted", ""))
                        : d),
            new Sabotage(
                "no waits",
                "no request fails",
                () ->
                    new Decider(
                        new Pace(
                            Duration.ZERO,
                            Duration.ZERO,
                            1.2,
                            Duration.ofMinutes(2),
                            "cluster-a"))),
            spec(
                "git left alone",
                "a failed release is reverted in git",
                (_, s) -> failing(s, GitMode.Off, s.onFailure().order())),
            effects("never handed over", "rest:", (_, d) -> without(d, Effect.HandOver.class)))
        .map(s -> DynamicTest.dynamicTest(s.deed(), () -> isCaught(s)));
  }

  private static void isCaught(Sabotage sabotage) {
    Set<String> others = new TreeSet<>();
    for (int seed = 1; seed <= WITHIN; seed++) {
      try {
        History.generate(seed).live(sabotage.decider(), new History.Coverage(), seed % 4 != 1);
      } catch (AssertionError | IllegalStateException e) {
        String message = String.valueOf(e.getMessage());
        if (message.contains(sabotage.invariant())) {
          System.out.println(
              "sabotage " + sabotage.deed() + "\t" + sabotage.invariant() + "\thistory " + seed);
          return;
        }
        others.add(message.lines().limit(2).toList().toString());
      }
    }
    assertThat(others).as("caught by others only").contains(sabotage.invariant());
  }

  // ---- kinds of sabotage ----

  private static Sabotage effects(String deed, String invariant, Spoiler spoiler) {
    return new Sabotage(
        deed,
        invariant,
        () ->
            new Decider(History.PACE) {
              @Override
              public Decision decide(CanarySpec spec, World world, Instant now) {
                return spoiler.spoil(world, super.decide(spec, world, now));
              }
            });
  }

  private static Sabotage world(String deed, String invariant, Function<World, World> blur) {
    return new Sabotage(
        deed,
        invariant,
        () ->
            new Decider(History.PACE) {
              @Override
              public Decision decide(CanarySpec spec, World world, Instant now) {
                return super.decide(spec, blur.apply(world), now);
              }
            });
  }

  private interface Misreading {
    CanarySpec read(World world, CanarySpec spec);
  }

  private static Sabotage spec(String deed, String invariant, Misreading misreading) {
    return new Sabotage(
        deed,
        invariant,
        () ->
            new Decider(History.PACE) {
              @Override
              public Decision decide(CanarySpec spec, World world, Instant now) {
                return super.decide(misreading.read(world, spec), world, now);
              }
            });
  }

  /** Takes every seventh look off: what it does depends on what it did. */
  private static final class Forgetful extends Decider {
    private int looks;

    Forgetful() {
      super(History.PACE);
    }

    @Override
    public Decision decide(CanarySpec spec, World world, Instant now) {
      Decision sound = super.decide(spec, world, now);
      return ++looks % 7 == 0 ? with(sound, List.of()) : sound;
    }
  }

  // ---- deeds ----

  private static boolean begins(World world, Decision d) {
    return world.status().phase() != Phase.Aborting
        && d.next().phase() == Phase.Aborting
        && has(d, Effect.SetWeight.class);
  }

  private static Decision renamed(World world, Decision d) {
    return with(
        d,
        d.effects().stream()
            .map(e ->
                e instanceof Effect.CreateRevert(var name, var wish)
                    ? new Effect.CreateRevert(
                        name + world.status().progressOrNone().markSince(), wish)
                    : e)
            .toList());
  }

  private static Decision stepTaken(World world, Decision d) {
    CanaryStatus next = d.next();
    boolean first =
        next.phase() == Phase.Progressing
            && Integer.valueOf(0).equals(next.step())
            && has(d, Effect.SetWeight.class);
    return first ? new Decision(step(next, 1), d.effects(), d.recheckAfter()) : d;
  }

  private static World ruleUnseen(World w) {
    boolean restored = "Restored".equals(w.status().progressOrNone().mark());
    return !restored
        ? w
        : new World(
            w.canary(),
            w.uid(),
            w.generation(),
            w.deleting(),
            w.finalizer(),
            w.status(),
            w.problems(),
            w.guarded(),
            w.target(),
            w.workload(),
            w.route()
                .map(r ->
                    new Route(
                        r.service(),
                        r.snapshots(),
                        r.live(),
                        r.clean(),
                        Route.Rule.Absent,
                        r.conflict())),
            w.judgement(),
            w.origin(),
            w.revert());
  }

  private static World sighted(World w, Judgement.Result instead) {
    Observed<Judgement> judgement =
        w.judgement()
            .map(j ->
                j.unreadable().isEmpty()
                    ? j
                    : new Judgement(
                        instead,
                        j.evidence(),
                        j.reason(),
                        j.share(),
                        j.candidateRate(),
                        Optional.empty(),
                        j.routeErrors(),
                        j.state()));
    return new World(
        w.canary(),
        w.uid(),
        w.generation(),
        w.deleting(),
        w.finalizer(),
        w.status(),
        w.problems(),
        w.guarded(),
        w.target(),
        w.workload(),
        w.route(),
        judgement,
        w.origin(),
        w.revert());
  }

  private static World status(World w, CanaryStatus status) {
    return new World(
        w.canary(),
        w.uid(),
        w.generation(),
        w.deleting(),
        w.finalizer(),
        status,
        w.problems(),
        w.guarded(),
        w.target(),
        w.workload(),
        w.route(),
        w.judgement(),
        w.origin(),
        w.revert());
  }

  private static CanaryStatus rejections(CanaryStatus s, List<CanaryStatus.Rejection> rejected) {
    return new CanaryStatus(
        s.observedGeneration(),
        s.phase(),
        s.cause(),
        s.message(),
        s.step(),
        s.weight(),
        s.stable(),
        s.candidate(),
        rejected,
        s.verdict(),
        s.judge(),
        s.watch(),
        s.revert(),
        s.traffic(),
        s.progress(),
        s.tokens(),
        s.conditions(),
        s.history());
  }

  private static CanaryStatus step(CanaryStatus s, int step) {
    return new CanaryStatus(
        s.observedGeneration(),
        s.phase(),
        s.cause(),
        s.message(),
        step,
        s.weight(),
        s.stable(),
        s.candidate(),
        s.rejected(),
        s.verdict(),
        s.judge(),
        s.watch(),
        s.revert(),
        s.traffic(),
        s.progress(),
        s.tokens(),
        s.conditions(),
        s.history());
  }

  private static CanarySpec failing(CanarySpec s, GitMode git, Order order) {
    return new CanarySpec(
        s.targetRef(),
        s.hold(),
        s.traffic(),
        s.steps(),
        s.bake(),
        s.watch(),
        s.readyDeadline(),
        s.deadline(),
        s.analysis(),
        new OnFailure(git, order, s.onFailure().gitFirstTimeout()),
        s.source(),
        s.retry(),
        s.promote(),
        s.skip(),
        s.abort(),
        s.paused());
  }

  private static List<String> serving(World w) {
    return w.workload().known().orElse(Workload.EMPTY).serving().stream()
        .map(Workload.ReplicaSet::name)
        .toList();
  }

  private static boolean has(Decision d, Class<? extends Effect> kind) {
    return d.effects().stream().anyMatch(kind::isInstance);
  }

  private static Decision with(Decision d, List<Effect> effects) {
    return new Decision(d.next(), effects, d.recheckAfter());
  }

  private static Decision without(Decision d, Class<? extends Effect> kind) {
    return with(d, d.effects().stream().filter(e -> !kind.isInstance(e)).toList());
  }

  private static Decision before(Decision d, Effect effect) {
    List<Effect> effects = new ArrayList<>(d.effects());
    effects.addFirst(effect);
    return with(d, effects);
  }

  private static Decision after(Decision d, Class<? extends Effect> kind, Effect effect) {
    List<Effect> effects = new ArrayList<>(d.effects());
    effects.add(effect);
    return has(d, kind) ? with(d, effects) : d;
  }
}
