package dev.palinode.controller.decide;

import dev.palinode.controller.decide.World.Problem;
import dev.palinode.controller.decide.World.RevertState;
import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.CanarySpec.Analysis;
import dev.palinode.crds.CanarySpec.GitMode;
import dev.palinode.crds.CanarySpec.OnFailure;
import dev.palinode.crds.CanarySpec.OnInconclusive;
import dev.palinode.crds.CanarySpec.Order;
import dev.palinode.crds.CanarySpec.Step;
import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.CanaryStatus.JudgeRecord;
import dev.palinode.crds.CanaryStatus.Progress;
import dev.palinode.crds.CanaryStatus.Rejection;
import dev.palinode.crds.CanaryStatus.Release;
import dev.palinode.crds.CanaryStatus.RevertLink;
import dev.palinode.crds.CanaryStatus.Tokens;
import dev.palinode.crds.CanaryStatus.VerdictRecord;
import dev.palinode.crds.CanaryStatus.Watch;
import dev.palinode.crds.Cause;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import dev.palinode.crds.Phase;
import dev.palinode.crds.RevertStatus;
import dev.palinode.crds.Span;
import dev.palinode.crds.Weight;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One world per example: v1 serves with four pods, v2 is declared, everything can be read and all
 * is well, but for what the example says. Ages are seconds before {@link #NOW}.
 */
final class Worlds {
  static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  static final Pace PACE =
      new Pace(Duration.ofSeconds(15), Duration.ofSeconds(30), 1.2, Duration.ofMinutes(10), "eu");
  static final CanarySpec.Source SOURCE =
      new CanarySpec.Source("https://git.example.com/shop.git", "main", "apps/checkout");

  // The Canary's spec.
  List<Step> steps =
      List.of(
          Step.weight(5), Step.pause(Span.of("1m")), Step.weight(50), Step.pause(Span.of("1m")));
  OnInconclusive onInconclusive = OnInconclusive.Hold;
  GitMode git = GitMode.Commit;
  Order order = Order.TrafficFirst;
  String retry;
  String promote;
  String skip;
  String abort;
  boolean paused;

  // What was recorded.
  Phase phase;
  Cause cause;
  Integer step;
  Weight weight;
  Release stable = release("v1", "r1");
  Release candidate = release("v2", "r2");
  List<Rejection> rejected = List.of();
  RevertLink link;
  Mark mark;
  long markAge = 1;
  long phaseAge = 100;
  long rolloutAge = 100;
  Long windowAge;
  Long servedAge;
  Long unreadableAge;
  Long stoppedAge;
  Integer recreated;
  Integer contested;
  Tokens seen = Tokens.NONE;
  JudgeRecord saved;
  Watch watch;
  List<Condition> conditions = new ArrayList<>();

  // What is there.
  boolean deleting;
  boolean finalizer = true;
  List<Problem> problems = List.of();
  boolean guarded = true;
  boolean targetKnown = true;
  Observed<Target> noTarget = Observed.missing();
  String uid = "d-1";
  String declared = "v2";
  int replicas = 4;
  boolean held = true;
  String holdLabel = "declared";
  Optional<Target.Agent> agent = Optional.of(Target.Agent.Flux);
  boolean byAgent = true;
  boolean workloadReadable = true;
  int stablePods = 4;
  boolean emptied;
  List<String> missingConfigs = List.of();
  String candidateSet;
  int candidateReplicas = 4;
  int candidateAvailable = 4;
  boolean labelled = true;
  boolean handed;
  Optional<String> podFault = Optional.empty();
  Optional<String> quota = Optional.empty();
  boolean routeReadable = true;
  Weight live;
  boolean open;
  Route.Rule rule = Route.Rule.Absent;
  Optional<String> conflict = Optional.empty();
  Judgement.Result result;
  Optional<Judgement.Share> share = Optional.empty();
  Optional<String> unreadable = Optional.empty();
  Optional<String> routeErrors = Optional.empty();
  JudgeRecord judged;
  String revision = "r2";
  RevertStatus.Phase revert;
  Instant now = NOW;

  private Worlds(Phase phase) {
    this.phase = phase;
  }

  static Worlds idle() {
    Worlds w = new Worlds(Phase.Idle);
    w.candidate = null;
    w.finalizer = false;
    return w;
  }

  static Worlds initializing() {
    Worlds w = idle();
    w.phase = Phase.Initializing;
    w.stable = null;
    w.declared = "v1";
    return w;
  }

  /** The candidate's pods are awaited behind a split route. */
  static Worlds preparing() {
    Worlds w = new Worlds(Phase.Preparing);
    w.split(Weight.ZERO);
    w.mark = Mark.Scaled;
    return w;
  }

  /** The first step's weight is confirmed, its pause half over. */
  static Worlds progressing() {
    Worlds w = new Worlds(Phase.Progressing);
    w.split(Weight.percent(5));
    w.step = 1;
    w.mark = Mark.Weight;
    w.markAge = 40;
    w.windowAge = 30L;
    w.servedAge = 40L;
    w.result = Judgement.Result.Pass;
    return w;
  }

  /** All traffic on the candidate, the bake half over. */
  static Worlds promoting() {
    Worlds w = progressing();
    w.phase = Phase.Promoting;
    w.split(Weight.FULL);
    w.step = 4;
    w.windowAge = 60L;
    return w;
  }

  static Worlds draining() {
    Worlds w = promoting();
    w.phase = Phase.Draining;
    w.candidateSet = null;
    w.handed = true;
    w.stablePods = 0;
    w.result = null;
    w.mark = null;
    return w;
  }

  static Worlds aborting(Cause cause) {
    Worlds w = progressing();
    w.phase = Phase.Aborting;
    w.cause = cause;
    w.mark = Mark.Zero;
    w.markAge = 0;
    w.weight = Weight.ZERO;
    w.result = null;
    if (cause != Cause.Withdrawn) {
      w.rejected = List.of(rejection("v2", cause));
    }
    return w;
  }

  static Worlds reverting() {
    Worlds w = rejected(Cause.Failed);
    w.phase = Phase.Reverting;
    return w;
  }

  /** v2 was refused, nothing of ours is left but the record. */
  static Worlds rejected(Cause cause) {
    Worlds w = new Worlds(Phase.Rejected);
    w.cause = cause;
    w.finalizer = false;
    w.rejected = List.of(rejection("v2", cause));
    if (cause == Cause.Failed) {
      w.link = new RevertLink("checkout-1", RevertStatus.Phase.Pushed, "c0ffee", null);
      w.revert = RevertStatus.Phase.Pushed;
    }
    return w;
  }

  Worlds with(Consumer<Worlds> change) {
    change.accept(this);
    return this;
  }

  /** The route is split at this weight, and the status says so. */
  void split(Weight at) {
    open = true;
    rule = Route.Rule.Current;
    live = at;
    weight = at;
    candidateSet = "v2";
  }

  Decision decide() {
    return new Decider(PACE).decide(spec(), world(), now);
  }

  /** The next look at a world in which only the clock and the record moved on. */
  Worlds after(Decision decision, long seconds) {
    CanaryStatus next = decision.next();
    Progress p = next.progressOrNone();
    now = now.plusSeconds(seconds);
    phase = next.phaseOrInitial();
    cause = next.cause();
    step = next.step();
    weight = next.weight();
    stable = next.stable();
    candidate = next.candidate();
    rejected = next.rejected();
    link = next.revert();
    mark = p.mark() == null ? null : Mark.valueOf(p.mark());
    markAge = age(p.markSince(), 0);
    phaseAge = age(p.phaseSince(), 0);
    rolloutAge = age(p.rolloutSince(), 0);
    windowAge = p.windowSince() == null ? null : age(p.windowSince(), 0);
    servedAge = p.servedSince() == null ? null : age(p.servedSince(), 0);
    unreadableAge = p.unreadableSince() == null ? null : age(p.unreadableSince(), 0);
    stoppedAge = p.stoppedSince() == null ? null : age(p.stoppedSince(), 0);
    recreated = p.recreated();
    contested = p.contested();
    saved = next.judge();
    watch = next.watch();
    seen = next.tokens();
    conditions = next.conditions();
    return this;
  }

  private long age(Instant since, long otherwise) {
    return since == null ? otherwise : Duration.between(since, now).toSeconds();
  }

  CanarySpec spec() {
    return new CanarySpec(
        new CanarySpec.TargetRef("Deployment", "checkout"),
        null,
        new CanarySpec.Traffic(
            new CanarySpec.Istio(
                List.of(new CanarySpec.VirtualServiceRef("checkout", null, List.of())), null)),
        steps,
        Span.of("2m"),
        null,
        Span.of("10m"),
        Span.of("6h"),
        new Analysis(null, null, onInconclusive, Span.of("30m")),
        new OnFailure(git, order, Span.of("5s")),
        null,
        retry,
        promote,
        skip,
        abort,
        paused);
  }

  private World world() {
    return new World(
        new ObjectName("shop", "checkout"),
        "c-1",
        1,
        deleting,
        finalizer,
        status(),
        problems,
        Observed.known(guarded),
        targetKnown ? Observed.known(target()) : noTarget,
        workloadReadable ? Observed.known(workload()) : Observed.unreadable("no answer"),
        routeReadable ? Observed.known(route()) : Observed.unreadable("no answer"),
        result == null ? Observed.missing() : Observed.known(judgement()),
        Observed.known(new Origin(SOURCE, Optional.of(revision), Optional.of(revision))),
        revert == null
            ? Observed.missing()
            : Observed.known(
                new RevertState(
                    link == null ? "checkout-1" : link.name(),
                    new RevertStatus(revert, null, null, "c0ffee", null, 1, null, List.of()))));
  }

  private CanaryStatus status() {
    return new CanaryStatus(
        1L,
        phase,
        cause,
        "as before",
        step,
        weight,
        stable,
        candidate,
        rejected,
        null,
        saved,
        watch,
        link,
        null,
        new Progress(
            ago(phaseAge),
            ago(rolloutAge),
            mark == null ? null : mark.name(),
            mark == null ? null : ago(markAge),
            ago(windowAge),
            ago(servedAge),
            ago(unreadableAge),
            ago(stoppedAge),
            null,
            recreated,
            contested),
        seen,
        conditions,
        List.of());
  }

  private Instant ago(Long seconds) {
    return seconds == null ? null : now.minusSeconds(seconds);
  }

  private Target target() {
    return new Target(
        uid,
        2,
        declared,
        "app:" + declared,
        Map.of("app", "app:" + declared),
        Map.of("app", "checkout"),
        replicas,
        held,
        Optional.ofNullable(holdLabel),
        agent,
        byAgent);
  }

  private Workload workload() {
    List<Workload.ReplicaSet> sets = new ArrayList<>();
    List<Workload.Pod> pods = new ArrayList<>();
    if (stablePods > 0 || emptied) {
      String serves = stable == null ? "v1" : stable.templateDigest();
      sets.add(set(serves, Workload.Owner.Deployment, stablePods, stablePods));
    }
    if (handed) {
      sets.add(set("v2", Workload.Owner.Deployment, candidateReplicas, candidateAvailable));
    }
    if (candidateSet != null) {
      sets.add(set(candidateSet, Workload.Owner.Canary, candidateReplicas, candidateAvailable));
      for (int i = 0; i < candidateReplicas; i++) {
        pods.add(new Workload.Pod("p" + i, i < candidateAvailable, labelled, false, podFault));
      }
    }
    return new Workload(sets, pods, List.of("s-1"), missingConfigs);
  }

  private Workload.ReplicaSet set(
      String template, Workload.Owner owner, int wanted, int available) {
    return new Workload.ReplicaSet(
        "checkout-" + template,
        "u-" + template,
        template,
        template,
        owner,
        !template.equals("v1"),
        Map.of("app", "app:" + template),
        wanted,
        available,
        wanted,
        quota);
  }

  private Route route() {
    return new Route(
        "checkout",
        open ? Map.of("shop/checkout", "{}") : Map.of(),
        Optional.ofNullable(live),
        !open && live == null,
        rule,
        conflict);
  }

  private Judgement judgement() {
    return new Judgement(
        result,
        new VerdictRecord(result.name(), "errors", "5 %", "1 %", 1_000L, null),
        "errors say " + result,
        share,
        Optional.empty(),
        unreadable,
        routeErrors,
        Optional.ofNullable(judged));
  }

  static Release release(String template, String revision) {
    return new Release(
        template, "app:" + template, Map.of("app", "app:" + template), revision, SOURCE, "d-1", 1L);
  }

  static Rejection rejection(String template, Cause cause) {
    return new Rejection(template, "r2", cause, "AnalysisFailed: errors", NOW.minusSeconds(60));
  }
}
