package dev.palinode.controller.reconcile;

import dev.palinode.controller.act.EffectRunner;
import dev.palinode.controller.decide.Decider;
import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.decide.Pace;
import dev.palinode.controller.observe.WorldReader;
import dev.palinode.controller.ports.FakeCluster;
import dev.palinode.controller.ports.FakeCluster.Fault;
import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Phase;
import dev.palinode.crds.Span;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One whole life of a Canary in simulated time: what people, agents and accidents do to it, at
 * which second, while the controller dies, loses answers and reads nothing, all from one seed.
 */
record History(long seed, List<Event> events) {
  static final Pace PACE =
      new Pace(
          Duration.ofSeconds(3), Duration.ofSeconds(2), 1.2, Duration.ofMinutes(2), "cluster-a");
  private static final Duration BEAT = Duration.ofSeconds(1);
  private static final int EVENT_BEATS = 575;

  /** How long calls go on failing after the last event: longer than a whole rollout. */
  private static final int FAULTY_BEATS = 100;

  private static final int QUIET_BEATS = 900;
  private static final int STILL_BEATS = 40;

  /** In one beat at most; one that changes nothing is the beat's last. */
  private static final int LOOKS = 3;

  /** Something that happens at a beat. */
  record Event(int beat, Kind kind, int size) {
    /** For how many beats; metrics may be down for longer than anything waits for them. */
    int lasting() {
      return kind == Kind.MetricsDown ? 4 * size : size;
    }

    enum Kind {
      CommitGood,
      CommitBad,
      CommitCrash,
      CommitNever,
      CommitSour,
      PersonReverts,
      ResetRoute,
      DeleteCandidate,
      Scale,
      MetricsDown,
      GitDown,
      Abort,
      Pause,
      Promote,
      Retry,
      Skip,
      Recreate,
      Remove,
      DeleteCanary,
      Blind,
      Kill,
      EditSteps,
      MetricsGaps,
      AgentFights,
      RaceAtHandOver,
      GitBlocks,
      TwoControllers,
      StaleReads,
      ClockForward,
      ClockBack,
      NativeSlow
    }
  }

  /** What was reached over all histories of a run. */
  static final class Coverage {
    final Map<String, Integer> moves = new TreeMap<>();
    final Map<String, Integer> effects = new TreeMap<>();
    final Map<String, Integer> crashes = new TreeMap<>();
  }

  /** Effects by name, and the save of the status: the moments around which a controller can die. */
  static final List<String> WRITES =
      Stream.concat(
              Stream.of("save"),
              Stream.of(Effect.OnRoute.class, Effect.OnWorkload.class, Effect.OnCanary.class)
                  .flatMap(c -> Arrays.stream(c.getPermittedSubclasses()))
                  .map(Class::getSimpleName))
          .toList();

  /** The death that this history is made for: at the first write of its kind. */
  private String death() {
    int which = (int) Math.floorMod(seed, 2L * WRITES.size());
    return (which % 2 == 0 ? "before " : "after ") + WRITES.get(which / 2);
  }

  static History generate(long seed) {
    Random random = new Random(seed);
    List<Event> events = new ArrayList<>();
    events.add(
        new Event(
            20,
            List.of(
                    Event.Kind.CommitGood,
                    Event.Kind.CommitBad,
                    Event.Kind.CommitCrash,
                    Event.Kind.CommitNever)
                .get(random.nextInt(4)),
            1));
    int script = random.nextInt(8);
    if (script == 0) {
      // Forward and back again: the twin of an old ReplicaSet, and a native controller that sleeps.
      events.set(0, new Event(20, Event.Kind.CommitGood, 1));
      events.add(new Event(22, Event.Kind.NativeSlow, 150));
      events.add(new Event(250, Event.Kind.PersonReverts, 1));
    }
    if (script == 1) {
      events.add(new Event(23 + random.nextInt(30), Event.Kind.Remove, 10 + random.nextInt(40)));
    }
    if (script == 2) {
      events.add(new Event(30 + random.nextInt(60), Event.Kind.MetricsDown, 40));
    }
    if (script == 3) {
      events.set(0, new Event(20, Event.Kind.CommitSour, 1));
    }
    int count = random.nextInt(8);
    Event.Kind[] kinds = Event.Kind.values();
    for (int i = 0; i < count; i++) {
      events.add(
          new Event(
              25 + random.nextInt(EVENT_BEATS - 25),
              kinds[random.nextInt(kinds.length)],
              1 + random.nextInt(40)));
    }
    return new History(seed, List.copyOf(events));
  }

  static CanarySpec spec(long seed) {
    return new CanarySpec(
        new CanarySpec.TargetRef("Deployment", "checkout"),
        null,
        new CanarySpec.Traffic(
            new CanarySpec.Istio(
                List.of(new CanarySpec.VirtualServiceRef("checkout", null, List.of("primary"))),
                null)),
        List.of(
            CanarySpec.Step.weight(5),
            CanarySpec.Step.pause(Span.of("10s")),
            CanarySpec.Step.weight(50),
            CanarySpec.Step.pause(Span.of("10s"))),
        Span.of("5s"),
        Span.of("60s"),
        Span.of("60s"),
        Span.of("20m"),
        new CanarySpec.Analysis(null, null, null, Span.of("60s")),
        new CanarySpec.OnFailure(
            seed % 11 == 3
                ? CanarySpec.GitMode.Off
                : seed % 11 == 5
                    ? CanarySpec.GitMode.Notify
                    : seed % 11 == 7 ? CanarySpec.GitMode.Freeze : CanarySpec.GitMode.Commit,
            seed % 5 == 2 ? CanarySpec.Order.GitFirst : CanarySpec.Order.TrafficFirst,
            null),
        null,
        null,
        null,
        null,
        null,
        null);
  }

  /**
   * Lives the history to its quiet end.
   *
   * @throws AssertionError as soon as an invariant does not hold
   */
  FakeCluster live(Supplier<Decider> deciders, Coverage coverage, boolean faulty) {
    FakeCluster cluster = new FakeCluster(spec(seed));
    Random random = new Random(seed ^ 0x5DEECE66DL);
    CanaryInvariants invariants = new CanaryInvariants(cluster, events);
    Clock clock = new Clock(cluster);
    boolean[] racing = {false};
    cluster.watcher =
        effect -> {
          coverage.effects.merge(effect.getClass().getSimpleName(), 1, Integer::sum);
          invariants.beforeWrite(effect);
          if (effect instanceof Effect.HandOver && racing[0]) {
            racing[0] = false;
            cluster.commit("v" + (cluster.commits.size() + 1));
            cluster.template = cluster.commits.getLast();
          }
        };
    LoopListener moves =
        new LoopListener() {
          @Override
          public void decided(ObjectName canary, Phase from, Phase to) {
            if (from != to) {
              coverage.moves.merge(from + " -> " + to, 1, Integer::sum);
            }
          }
        };
    CanaryLoop loop = loop(cluster, invariants.watching(deciders), clock, moves);
    Deaths deaths = new Deaths(death(), coverage);
    int down = 0;
    int still = 0;
    int calm = calmFrom();
    for (int beat = 0; beat < calm + QUIET_BEATS && still < STILL_BEATS; beat++) {
      boolean quiet = beat >= calm;
      int at = beat;
      boolean isBlind = isUnderWay(Event.Kind.Blind, beat);
      boolean isStale = isUnderWay(Event.Kind.StaleReads, beat);
      cluster.faults = faults(random, faulty && !quiet, isBlind, isStale, deaths);
      cluster.cacheLag = isStale ? Duration.ofSeconds(3) : Duration.ZERO;
      cluster.nativeSlow = isUnderWay(Event.Kind.NativeSlow, beat);
      cluster.metricsReadable =
          !isUnderWay(Event.Kind.MetricsDown, beat)
              && !(isUnderWay(Event.Kind.MetricsGaps, beat) && beat % 3 == 0);
      cluster.pass(BEAT);
      if (isUnderWay(Event.Kind.AgentFights, beat) && beat % 4 == 0) {
        cluster.reapplyRoute();
      }
      for (Event event : events) {
        if (event.beat() == beat) {
          down = event.kind() == Event.Kind.Kill ? event.size() : down;
          racing[0] |= event.kind() == Event.Kind.RaceAtHandOver;
          clock.jump(event.kind());
          happen(cluster, event);
        }
        if (event.beat() + event.size() == at) {
          end(cluster, event);
        }
      }
      long before = cluster.version();
      long writes = cluster.writes.size();
      if (down-- <= 0) {
        try {
          CanaryLoop other = loop(cluster, invariants.watching(deciders), clock, moves);
          cluster.meanwhile =
              isUnderWay(Event.Kind.TwoControllers, beat)
                  ? () -> other.look(FakeCluster.NAME)
                  : () -> {};
          long seen = -1;
          for (int i = 0; i < LOOKS && seen != cluster.version() + cluster.writes.size(); i++) {
            seen = cluster.version() + cluster.writes.size();
            loop.look(FakeCluster.NAME);
          }
        } catch (FakeCluster.Crash _) {
          down = 1 + random.nextInt(20);
          loop = loop(cluster, invariants.watching(deciders), clock, moves);
        }
      }
      boolean same = cluster.version() == before && cluster.writes.size() == writes;
      still = quiet && same && !cluster.status.phaseOrInitial().isRollout() ? still + 1 : 0;
      invariants.afterBeat();
    }
    invariants.atTheEnd();
    return cluster;
  }

  /** The beat from which nothing happens and nothing fails any more. */
  private int calmFrom() {
    int last = 0;
    for (Event event : events) {
      last = Math.max(last, event.beat() + event.lasting());
    }
    return last + FAULTY_BEATS;
  }

  private boolean isUnderWay(Event.Kind kind, int beat) {
    for (Event e : events) {
      if (e.kind() == kind && e.beat() <= beat && beat < e.beat() + e.lasting()) {
        return true;
      }
    }
    return false;
  }

  /** The controller's clock, which people and time servers may set. */
  private static final class Clock implements InstantSource {
    private final FakeCluster cluster;
    private Duration skew = Duration.ZERO;

    Clock(FakeCluster cluster) {
      this.cluster = cluster;
    }

    void jump(Event.Kind kind) {
      if (kind == Event.Kind.ClockForward) {
        skew = skew.plus(Duration.ofMinutes(10));
      } else if (kind == Event.Kind.ClockBack) {
        skew = skew.minus(Duration.ofSeconds(30));
      }
    }

    @Override
    public Instant instant() {
      return cluster.now.plus(skew);
    }
  }

  /** One planned death at one write, once. */
  private static final class Deaths {
    private final String planned;
    private final Coverage coverage;
    private boolean died;

    Deaths(String planned, Coverage coverage) {
      this.planned = planned;
      this.coverage = coverage;
    }

    void at(String when) {
      if (!died && when.equals(planned)) {
        died = true;
        die(when);
      }
    }

    void die(String when) {
      coverage.crashes.merge(when, 1, Integer::sum);
      throw FakeCluster.crash();
    }
  }

  private static CanaryLoop loop(
      FakeCluster cluster, Decider decider, InstantSource clock, LoopListener listener) {
    return new CanaryLoop(
        cluster,
        new WorldReader(cluster, cluster, cluster, cluster),
        decider,
        new EffectRunner(cluster, cluster, cluster),
        clock,
        listener);
  }

  private static FakeCluster.Faults faults(
      Random random, boolean active, boolean blind, boolean stale, Deaths deaths) {
    return new FakeCluster.Faults() {
      @Override
      public Fault at(String what) {
        if (!active) {
          return Fault.None;
        }
        deaths.at("before " + what);
        int dice = random.nextInt(100);
        if (dice < 1) {
          deaths.die("before " + what);
        }
        return dice < 5 ? Fault.Before : dice < 8 ? Fault.After : Fault.None;
      }

      @Override
      public void after(String what) {
        if (active) {
          deaths.at("after " + what);
          if (random.nextInt(100) < 1) {
            deaths.die("after " + what);
          }
        }
      }

      @Override
      public boolean stale() {
        return stale && random.nextInt(3) == 0;
      }

      @Override
      public boolean unreadable(String what) {
        return blind || (active && random.nextInt(100) < 2);
      }
    };
  }

  private static void happen(FakeCluster cluster, Event event) {
    String version = "v" + (cluster.commits.size() + 1);
    switch (event.kind()) {
      case CommitGood -> cluster.commit(version);
      case CommitBad -> cluster.commit(version + "-bad");
      case CommitCrash -> cluster.commit(version + "-crash");
      case CommitNever -> cluster.commit(version + "-never");
      case CommitSour -> cluster.commit(version + "-sour");
      case PersonReverts ->
          cluster.commit(cluster.commits.get(Math.max(0, cluster.commits.size() - 2)));
      case ResetRoute -> cluster.resetRoute();
      case DeleteCandidate -> cluster.deleteCandidateByHand();
      case Scale -> cluster.replicas = 1 + event.size() % 8;
      case GitBlocks -> cluster.gitBlocks = true;
      case EditSteps ->
          cluster.edit(
              Tokens.steps(
                  cluster.spec,
                  event.size() % 2 == 0
                      ? List.of(CanarySpec.Step.weight(20), CanarySpec.Step.pause(Span.of("10s")))
                      : List.of(
                          CanarySpec.Step.weight(2),
                          CanarySpec.Step.pause(Span.of("5s")),
                          CanarySpec.Step.weight(10),
                          CanarySpec.Step.pause(Span.of("5s")),
                          CanarySpec.Step.weight(60),
                          CanarySpec.Step.pause(Span.of("5s")))));
      case GitDown -> cluster.gitReachable = false;
      case Abort -> cluster.edit(Tokens.abort(cluster.spec, "a" + event.beat()));
      case Pause -> cluster.edit(Tokens.paused(cluster.spec, true));
      case Promote -> cluster.edit(Tokens.promote(cluster.spec, "p" + event.beat()));
      case Retry -> cluster.edit(Tokens.retry(cluster.spec, "t" + event.beat()));
      case Skip -> cluster.edit(Tokens.skip(cluster.spec, "s" + event.beat()));
      case Recreate -> {
        cluster.deploymentUid = "d-" + event.beat();
        cluster.sets.values().removeIf(r -> true);
        cluster.template = cluster.commits.getLast();
      }
      case Remove -> cluster.deploymentExists = false;
      case DeleteCanary -> cluster.delete();
      case MetricsDown,
          MetricsGaps,
          AgentFights,
          RaceAtHandOver,
          TwoControllers,
          StaleReads,
          ClockForward,
          ClockBack,
          NativeSlow,
          Blind,
          Kill -> {}
    }
  }

  private static void end(FakeCluster cluster, Event event) {
    switch (event.kind()) {
      case GitBlocks -> cluster.gitBlocks = false;
      case GitDown -> cluster.gitReachable = true;
      case Pause -> cluster.edit(Tokens.paused(cluster.spec, false));
      case Remove -> {
        if (!cluster.deploymentExists) {
          cluster.deploymentExists = true;
          cluster.deploymentUid = "d-" + event.beat();
          cluster.template = cluster.commits.getLast();
        }
      }
      case CommitGood,
          CommitBad,
          CommitSour,
          CommitCrash,
          CommitNever,
          PersonReverts,
          ResetRoute,
          DeleteCandidate,
          Scale,
          Abort,
          Promote,
          Retry,
          Skip,
          Recreate,
          DeleteCanary,
          MetricsDown,
          MetricsGaps,
          AgentFights,
          RaceAtHandOver,
          TwoControllers,
          StaleReads,
          ClockForward,
          ClockBack,
          NativeSlow,
          EditSteps,
          Blind,
          Kill -> {}
    }
  }

  /** Edits of one field of a spec. */
  static final class Tokens {
    static CanarySpec abort(CanarySpec s, String token) {
      return with(s, s.retry(), s.promote(), s.skip(), token, s.paused());
    }

    static CanarySpec promote(CanarySpec s, String token) {
      return with(s, s.retry(), token, s.skip(), s.abort(), s.paused());
    }

    static CanarySpec retry(CanarySpec s, String token) {
      return with(s, token, s.promote(), s.skip(), s.abort(), s.paused());
    }

    static CanarySpec skip(CanarySpec s, String token) {
      return with(s, s.retry(), s.promote(), token, s.abort(), s.paused());
    }

    static CanarySpec paused(CanarySpec s, boolean paused) {
      return with(s, s.retry(), s.promote(), s.skip(), s.abort(), paused);
    }

    static CanarySpec steps(CanarySpec s, List<CanarySpec.Step> steps) {
      return new CanarySpec(
          s.targetRef(),
          s.hold(),
          s.traffic(),
          steps,
          s.bake(),
          s.watch(),
          s.readyDeadline(),
          s.deadline(),
          s.analysis(),
          s.onFailure(),
          s.source(),
          s.retry(),
          s.promote(),
          s.skip(),
          s.abort(),
          s.paused());
    }

    private static CanarySpec with(
        CanarySpec s, String retry, String promote, String skip, String abort, boolean paused) {
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
          s.onFailure(),
          s.source(),
          retry,
          promote,
          skip,
          abort,
          paused);
    }
  }
}
