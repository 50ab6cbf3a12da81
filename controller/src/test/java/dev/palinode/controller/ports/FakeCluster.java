package dev.palinode.controller.ports;

import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.decide.Judgement;
import dev.palinode.controller.decide.Origin;
import dev.palinode.controller.decide.Route;
import dev.palinode.controller.decide.Target;
import dev.palinode.controller.decide.Workload;
import dev.palinode.controller.decide.World.Problem;
import dev.palinode.controller.decide.World.RevertState;
import dev.palinode.controller.observe.Gates;
import dev.palinode.controller.observe.Question;
import dev.palinode.crds.AnalysisTemplateSpec;
import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.CanaryStatus.VerdictRecord;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import dev.palinode.crds.RevertSpec;
import dev.palinode.crds.RevertStatus;
import dev.palinode.crds.Weight;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * One Deployment, its ReplicaSets, route, metrics and git, in memory and in simulated time. It
 * plays the native controllers, the mesh, the agent and the writer as the measured tables describe
 * them, and can fail any read or write on request. Templates are plain words; a word that contains
 * {@code bad}, {@code crash} or {@code never} behaves so; {@code sour} is bad once it serves alone.
 */
public final class FakeCluster implements Canaries, Workloads, TrafficRouter, Gates {
  public static final ObjectName NAME = new ObjectName("shop", "checkout");
  static final Duration READY_AFTER = Duration.ofSeconds(2);

  /** How long a write to the route takes to every proxy. */
  static final Duration PUSH = Duration.ofSeconds(2);

  static final Duration AGENT_LAG = Duration.ofSeconds(3);

  /** How long the pods of a deleted ReplicaSet go on serving. */
  static final Duration LEAVE = Duration.ofSeconds(3);

  /** A fault to play on the next call: the call fails before it, or its answer is lost after it. */
  public enum Fault {
    None,
    Before,
    After
  }

  /** Thrown to play the death of the controller at this very moment. */
  public static final class Crash extends RuntimeException {
    Crash() {
      super("the controller died here", null, false, false);
    }
  }

  public static Crash crash() {
    return new Crash();
  }

  /** Decides what goes wrong at the write called {@code what}; may throw {@link Crash}. */
  public interface Faults {
    Fault at(String what);

    /** The write took effect; the controller may die before it knows. */
    default void after(String what) {}

    /** The Canary is read as it was before its last write. */
    default boolean stale() {
      return false;
    }

    default boolean unreadable(String what) {
      return false;
    }
  }

  public static final class Rs {
    final String name;
    final String uid;
    final String template;
    final boolean ours;
    Workload.Owner owner;
    int replicas;
    final List<Pod> pods = new ArrayList<>();

    Rs(String name, String uid, String template, Workload.Owner owner, boolean ours) {
      this.name = name;
      this.uid = uid;
      this.template = template;
      this.owner = owner;
      this.ours = ours;
    }
  }

  static final class Pod {
    final String name;
    final Instant created;
    boolean labelled;
    boolean stable;

    Pod(String name, Instant created) {
      this.name = name;
      this.created = created;
    }
  }

  /** The ReplicaSets that our rule's subsets mean, by hash. */
  public record Subsets(String stable, String candidate) {}

  private record Leaving(Rs set, Instant until) {}

  private record Push(Instant at, Optional<Weight> live) {}

  private record Seen(Instant at, Observed<Target> target) {}

  // The world, open to tests and invariants.
  public Instant now = Instant.parse("2026-01-01T00:00:00Z");
  public CanarySpec spec;
  public CanaryStatus status = CanaryStatus.NEW;
  public long canaryGeneration = 1;
  public boolean canaryExists = true;
  public boolean deleting;
  public boolean finalizer;
  public boolean deploymentExists = true;
  public String deploymentUid = "d-1";
  public long deploymentGeneration = 1;
  public String template = "v1";
  public int replicas = 4;
  public boolean paused = true;
  public boolean metricsReadable = true;
  public boolean gitReachable = true;
  public boolean agentRunning = true;

  /** The writer answers Blocked to every new request. */
  public boolean gitBlocks;

  /** The native controller does nothing for the time being. */
  public boolean nativeSlow;

  /** How far the watch lags behind the API server. */
  public Duration cacheLag = Duration.ZERO;

  /** When the live weight was last changed. */
  public Instant weightSetAt = Instant.MIN;

  public long portReads;

  /** Oldest first; like the real ones named after the template. */
  public final Map<String, Rs> sets = new LinkedHashMap<>();

  public boolean routeExists = true;
  public Optional<Weight> live = Optional.empty();
  public boolean open;
  public boolean ours;
  public Optional<Subsets> ruleFor = Optional.empty();

  /** Writes to the route and to our rule that changed something. */
  public long routeWrites;

  public final List<String> commits = new ArrayList<>(List.of("v1"));
  public final List<String> revertCommits = new ArrayList<>();
  public final Map<String, RevertSpec> reverts = new LinkedHashMap<>();
  public final Map<String, RevertStatus> revertStatus = new LinkedHashMap<>();
  public final Set<String> told = new LinkedHashSet<>();
  public final List<String> writes = new ArrayList<>();
  public final Map<String, Long> servedBy = new TreeMap<>();
  public long unanswered;
  public long stableRestarts;
  public Faults faults = _ -> Fault.None;

  /** Hears every write that the controller makes, just before it takes effect. */
  public Consumer<Effect> watcher = _ -> {};

  /** Runs just before the Canary's status is written: another controller. */
  public Runnable meanwhile = () -> {};

  private final List<Leaving> leaving = new ArrayList<>();
  private final List<Seen> cache = new ArrayList<>();
  private Recorded before;
  private final List<Push> pushes = new ArrayList<>();
  private long version = 1;
  private int serial;
  private Instant agentDue = Instant.MAX;
  private long requestsCandidate;
  private long requestsTotal;
  private Optional<Instant> countedSince = Optional.empty();

  public FakeCluster(CanarySpec spec) {
    this.spec = spec;
    pushes.add(new Push(now, Optional.empty()));
  }

  /** One beat of simulated time: pods start and stop, the agent syncs, requests flow. */
  public void pass(Duration time) {
    now = now.plus(time);
    leaving.removeIf(l -> !now.isBefore(l.until()));
    sets.values().forEach(this::runPods);
    if (!nativeSlow || !deploymentExists) {
      nativeController();
    }
    agentAndWriter();
    serve();
    cache.add(new Seen(now, read()));
    if (cache.size() > 30) {
      cache.removeFirst();
    }
  }

  public long version() {
    return version;
  }

  /** The plain route comes back, our annotation stays: a forced apply of git's text. */
  public void reapplyRoute() {
    if (live.isPresent()) {
      live = Optional.empty();
      push();
    }
  }

  public void deleteRoute() {
    routeExists = false;
    ours = false;
    resetRoute();
  }

  /** Whether this template's ReplicaSet is the Deployment's. */
  public boolean isOwned(String wanted) {
    return sets.values().stream()
        .anyMatch(r -> r.owner == Workload.Owner.Deployment && r.template.equals(wanted));
  }

  /** Somebody pushes to git; the agent brings it a moment later. */
  public void commit(String newTemplate) {
    commits.add(newTemplate);
    agentDue = now.plus(AGENT_LAG);
  }

  /** Somebody edits the Canary. */
  public void edit(CanarySpec next) {
    spec = next;
    canaryGeneration++;
    version++;
  }

  public void delete() {
    if (finalizer) {
      deleting = true;
      version++;
    } else {
      canaryExists = false;
    }
  }

  /** A foreign writer puts the plain route back over ours. */
  public void resetRoute() {
    live = Optional.empty();
    open = false;
    push();
  }

  public void deleteCandidateByHand() {
    deleteCandidate();
  }

  /** The weight that every proxy has by now. */
  public Optional<Weight> everywhere() {
    Optional<Weight> seen = pushes.getFirst().live();
    for (Push p : pushes) {
      if (!p.at().plus(PUSH).isAfter(now)) {
        seen = p.live();
      }
    }
    return seen;
  }

  public Optional<String> candidateTemplate() {
    return candidate().map(r -> r.template);
  }

  public int candidateAvailable() {
    return candidate().map(this::available).orElse(0);
  }

  /** One line for a failed history. */
  public String describe() {
    return sets.values().stream()
        .map(r -> r.owner + " " + r.template + " " + available(r) + "/" + r.replicas)
        .toList()
        .toString();
  }

  public boolean isServing(String name) {
    Rs set = sets.get(name);
    return set != null && set.template.equals("v1") && available(set) > 0;
  }

  /** Templates with ready pods. */
  public List<String> serving() {
    return sets.values().stream().filter(r -> available(r) > 0).map(r -> r.template).toList();
  }

  /** Ready candidate pods that a plain route reaches. */
  public int exposedCandidatePods() {
    int left = leaving.stream().mapToInt(l -> available(l.set())).sum();
    return everywhere().isEmpty() ? candidateAvailable() + left : 0;
  }

  private void runPods(Rs set) {
    while (set.pods.size() < set.replicas) {
      set.pods.add(new Pod(set.name + "-" + ++serial, now));
    }
    while (set.pods.size() > set.replicas) {
      Pod gone = set.pods.removeLast();
      if (gone.stable && !drainedOrReplaced(set)) {
        stableRestarts++;
      }
    }
    for (Pod pod : set.pods) {
      pod.stable |= set.owner == Workload.Owner.Deployment && ready(set, pod);
    }
  }

  private boolean drainedOrReplaced(Rs set) {
    boolean scaledDown = set.replicas == replicas;
    return scaledDown
        || sets.values().stream()
            .anyMatch(r ->
                r != set
                    && r.owner == Workload.Owner.Deployment
                    && available(r) >= Math.min(replicas, r.replicas)
                    && r.replicas > 0);
  }

  /** Paused Deployments: scale the one active set, or finish a hand-over that is saturated. */
  private void nativeController() {
    if (!deploymentExists) {
      sets.clear();
      return;
    }
    List<Rs> active =
        sets.values().stream()
            .filter(r -> r.owner == Workload.Owner.Deployment && r.replicas > 0)
            .toList();
    Rs newest =
        sets.values().stream()
            .filter(r -> r.owner == Workload.Owner.Deployment && r.template.equals(template))
            .findFirst()
            .orElse(null);
    if (active.size() == 1) {
      active.getFirst().replicas = replicas;
    } else if (newest != null && newest.replicas == replicas && available(newest) == replicas) {
      active.stream().filter(r -> r != newest).forEach(r -> r.replicas = 0);
    }
  }

  private void agentAndWriter() {
    for (Map.Entry<String, RevertSpec> e : reverts.entrySet()) {
      RevertStatus was = revertStatus.get(e.getKey());
      if (was.phaseOrPending() == RevertStatus.Phase.Pending && gitReachable) {
        revertStatus.put(e.getKey(), carryOut(e.getValue()));
      }
    }
    if (agentRunning && !now.isBefore(agentDue)) {
      agentDue = Instant.MAX;
      if (deploymentExists && !template.equals(commits.getLast())) {
        template = commits.getLast();
        deploymentGeneration++;
      }
    }
  }

  private RevertStatus carryOut(RevertSpec revert) {
    boolean stillThere = commits.getLast().equals(revert.failed().templateDigest());
    if (!stillThere) {
      return revertStatus(RevertStatus.Phase.Superseded, null);
    }
    if (revert.mode() != RevertSpec.Mode.Commit) {
      return RevertStatus.NEW;
    }
    if (gitBlocks) {
      return revertStatus(RevertStatus.Phase.Blocked, null);
    }
    revertCommits.add(revert.failed().templateDigest() + "@" + revert.failed().revision());
    commit(revert.lastGood().templateDigest());
    return revertStatus(RevertStatus.Phase.Pushed, "c" + commits.size());
  }

  private static RevertStatus revertStatus(RevertStatus.Phase phase, String commit) {
    return new RevertStatus(phase, null, null, commit, null, 1, null, List.of());
  }

  /** A hundred requests a second, spread as the proxies know the route at this moment. */
  private void serve() {
    int requests = 100;
    Optional<Weight> weight = everywhere();
    List<Rs> serving =
        Stream.concat(sets.values().stream(), leaving.stream().map(Leaving::set))
            .filter(r -> available(r) > 0)
            .toList();
    if (weight.isEmpty()) {
      long pods = serving.stream().mapToLong(this::available).sum();
      if (pods == 0) {
        unanswered += deploymentExists && !servedBy.isEmpty() ? requests : 0;
      }
      for (Rs set : serving) {
        servedBy.merge(set.template, (long) available(set) * requests / pods, Long::sum);
      }
      return;
    }
    long toCandidate = Math.round(weight.get().fraction() * requests);
    answer(serving, ruleFor.map(Subsets::candidate), toCandidate);
    answer(serving, ruleFor.map(Subsets::stable), requests - toCandidate);
    requestsCandidate += toCandidate;
    requestsTotal += requests;
  }

  /** Without the rule nobody knows the subset, without pods nobody is there. */
  private void answer(List<Rs> serving, Optional<String> subset, long requests) {
    Optional<Rs> set = serving.stream().filter(r -> subset.equals(Optional.of(r.name))).findFirst();
    if (requests > 0 && set.isPresent()) {
      servedBy.merge(set.get().template, requests, Long::sum);
    } else if (deploymentExists && !serving.isEmpty()) {
      unanswered += requests;
    }
  }

  private boolean ready(Rs set, Pod pod) {
    boolean broken = set.template.contains("crash") || set.template.contains("never");
    return !broken && !now.isBefore(pod.created.plus(READY_AFTER));
  }

  private int available(Rs set) {
    return (int) set.pods.stream().filter(p -> ready(set, p)).count();
  }

  private void push() {
    weightSetAt = now;
    pushes.add(new Push(now, live));
  }

  // ---- ports ----

  @Override
  public Observed<Recorded> load(ObjectName name) {
    if (faults.unreadable("canary")) {
      return Observed.unreadable("the API server did not answer");
    }
    if (!canaryExists || !name.equals(NAME)) {
      return Observed.missing();
    }
    return Observed.known(before != null && faults.stale() ? before : recorded());
  }

  private Recorded recorded() {
    return new Recorded(
        NAME, "c-1", canaryGeneration, String.valueOf(version), deleting, finalizer, spec, status);
  }

  @Override
  public Outcome save(Recorded at, CanaryStatus next) {
    Runnable other = meanwhile;
    meanwhile = () -> {};
    other.run();
    meanwhile = other;
    return write(
        "save",
        () -> {
          if (!canaryExists) {
            return new Outcome.Refused("there is no such Canary");
          }
          if (!at.version().equals(String.valueOf(version))) {
            return new Outcome.Again("somebody else wrote the Canary");
          }
          if (!next.equals(status)) {
            before = recorded();
            status = next;
            version++;
          }
          return Outcome.DONE;
        });
  }

  @Override
  public Observed<AnalysisTemplateSpec> template(ObjectName name) {
    portReads++;
    return Observed.known(new AnalysisTemplateSpec(List.of()));
  }

  @Override
  public List<Problem> rivals(Recorded canary) {
    return List.of();
  }

  @Override
  public Observed<RevertState> revert(ObjectName name) {
    portReads++;
    if (faults.unreadable("revert")) {
      return Observed.unreadable("the API server did not answer");
    }
    return revertStatus.containsKey(name.name())
        ? Observed.known(new RevertState(name.name(), revertStatus.get(name.name())))
        : Observed.missing();
  }

  @Override
  public Outcome apply(Recorded canary, Effect.OnCanary effect) {
    return write(
        effect.getClass().getSimpleName(),
        () -> {
          watcher.accept(effect);
          switch (effect) {
            case Effect.AddFinalizer _ -> setFinalizer(true);
            case Effect.DropFinalizer _ -> setFinalizer(false);
            case Effect.CreateRevert(var name, var wish) -> {
              reverts.putIfAbsent(name, wish);
              revertStatus.putIfAbsent(name, RevertStatus.NEW);
            }
            case Effect.ObserveRevert(var name) ->
                revertStatus.computeIfPresent(
                    name,
                    (_, was) ->
                        was.phaseOrPending() == RevertStatus.Phase.Pushed ? observed(was) : was);
            case Effect.Tell(_, var reason, var message) -> told.add(reason + ": " + message);
          }
          return Outcome.DONE;
        });
  }

  private static RevertStatus observed(RevertStatus was) {
    return new RevertStatus(
        RevertStatus.Phase.Observed,
        was.reason(),
        was.message(),
        was.commit(),
        was.pullRequest(),
        was.attempts(),
        null,
        was.conditions());
  }

  private void setFinalizer(boolean wanted) {
    if (!canaryExists) {
      return;
    }
    version += finalizer == wanted ? 0 : 1;
    finalizer = wanted;
    canaryExists = canaryExists && !(deleting && !wanted);
  }

  @Override
  public Observed<Target> target(WorkloadKey key) {
    Instant seen = now.minus(cacheLag);
    return cache.reversed().stream()
        .filter(s -> !s.at().isAfter(seen))
        .findFirst()
        .filter(_ -> !cacheLag.isZero())
        .map(Seen::target)
        .orElseGet(this::read);
  }

  @Override
  public Observed<Target> targetNow(WorkloadKey key) {
    portReads++;
    return faults.unreadable("target")
        ? Observed.unreadable("the API server did not answer")
        : read();
  }

  private String deployment() {
    return spec.targetRef().name();
  }

  private String image(String ofTemplate) {
    return deployment() + ":" + ofTemplate;
  }

  private Map<String, String> images(String ofTemplate) {
    return Map.of(deployment(), image(ofTemplate));
  }

  private Observed<Target> read() {
    return deploymentExists
        ? Observed.known(
            new Target(
                deploymentUid,
                deploymentGeneration,
                template,
                image(template),
                images(template),
                Map.of("app", deployment()),
                replicas,
                paused,
                Optional.of("declared"),
                Optional.of(Target.Agent.Flux),
                true))
        : Observed.missing();
  }

  @Override
  public Observed<Boolean> guarded() {
    portReads++;
    return Observed.known(true);
  }

  @Override
  public Observed<Workload> read(WorkloadKey key) {
    portReads++;
    if (faults.unreadable("workload")) {
      return Observed.unreadable("the API server did not answer");
    }
    List<Rs> visible = sets.values().stream().filter(this::isVisible).toList();
    List<Workload.Pod> ofCandidate =
        candidate()
            .map(c -> c.pods.stream().map(p -> view(c, p, false)).toList())
            .orElseGet(this::leavingPods);
    List<String> ofDeployment =
        visible.stream()
            .filter(r -> r.owner == Workload.Owner.Deployment)
            .flatMap(r -> r.pods.stream().map(p -> p.name))
            .toList();
    return Observed.known(
        new Workload(
            visible.stream().map(this::view).toList(), ofCandidate, ofDeployment, List.of()));
  }

  /** The Deployment's own are found by its selector and its uid. */
  private boolean isVisible(Rs set) {
    return deploymentExists || set.owner == Workload.Owner.Canary;
  }

  private Workload.ReplicaSet view(Rs set) {
    return new Workload.ReplicaSet(
        set.name,
        set.uid,
        set.name,
        set.template,
        set.owner,
        set.ours,
        images(set.template),
        set.replicas,
        available(set),
        set.pods.size(),
        Optional.empty());
  }

  private Workload.Pod view(Rs set, Pod pod, boolean terminating) {
    Optional<String> fault =
        set.template.contains("crash") ? Optional.of("CrashLoopBackOff") : Optional.empty();
    return new Workload.Pod(pod.name, ready(set, pod), pod.labelled, terminating, fault);
  }

  private List<Workload.Pod> leavingPods() {
    return leaving.stream()
        .flatMap(l -> l.set().pods.stream().map(p -> view(l.set(), p, true)))
        .toList();
  }

  @Override
  public Observed<Origin> origin(WorkloadKey key) {
    portReads++;
    return deploymentExists
        ? Observed.known(
            new Origin(
                new CanarySpec.Source("https://git.example.com/shop.git", "main", "apps/checkout"),
                Optional.of("r" + commits.size()),
                Optional.of("r" + commits.size())))
        : Observed.missing();
  }

  @Override
  public Outcome apply(WorkloadKey key, Effect.OnWorkload effect) {
    return write(
        effect.getClass().getSimpleName(),
        () -> {
          watcher.accept(effect);
          return switch (effect) {
            case Effect.Bootstrap(var digest) -> onDeployment(() -> bootstrap(digest));
            case Effect.DeleteTwin(var name, var uid) -> deleteTwin(name, uid);
            case Effect.CreateCandidate(var digest) -> onDeployment(() -> createCandidate(digest));
            case Effect.ScaleCandidate(var n) -> scaleCandidate(n);
            case Effect.LabelPods _ -> {
              candidate().ifPresent(r -> r.pods.forEach(p -> p.labelled = true));
              yield Outcome.DONE;
            }
            case Effect.HandOver(var digest, var n) -> onDeployment(() -> handOver(digest, n));
            case Effect.ScaleToZero(var names) -> onDeployment(() -> scaleToZero(names));
            case Effect.DeleteCandidate _ -> {
              deleteCandidate();
              yield Outcome.DONE;
            }
          };
        });
  }

  private Outcome onDeployment(Write step) {
    return deploymentExists ? step.run() : new Outcome.Again("the Deployment is gone");
  }

  private Outcome bootstrap(String digest) {
    if (!template.equals(digest) || !paused) {
      return new Outcome.Again("not as it was read");
    }
    List<Rs> owned =
        sets.values().stream().filter(r -> r.owner == Workload.Owner.Deployment).toList();
    Optional<Rs> same = owned.stream().filter(r -> r.template.equals(digest)).findFirst();
    if (same.isPresent()) {
      same.get().replicas = same.get().replicas == 0 ? replicas : same.get().replicas;
      return Outcome.DONE;
    }
    if (owned.stream().anyMatch(r -> available(r) > 0) || sets.containsKey(nameOf(digest))) {
      return new Outcome.Again("another ReplicaSet serves or has the name");
    }
    add(digest, Workload.Owner.Deployment).replicas = replicas;
    return Outcome.DONE;
  }

  private Outcome deleteTwin(String name, String uid) {
    Rs twin = sets.get(name);
    if (twin == null || !twin.uid.equals(uid)) {
      return Outcome.DONE;
    }
    if (twin.replicas != 0) {
      return new Outcome.Again("it wants pods again");
    }
    sets.remove(name);
    return Outcome.DONE;
  }

  private Outcome createCandidate(String digest) {
    if (!template.equals(digest)) {
      return new Outcome.Again("the declared template has changed");
    }
    Optional<Rs> there = candidate().or(() -> Optional.ofNullable(sets.get(nameOf(digest))));
    if (there.isEmpty()) {
      add(digest, Workload.Owner.Canary);
      return Outcome.DONE;
    }
    boolean same =
        there.get().owner == Workload.Owner.Canary && there.get().template.equals(digest);
    return same ? Outcome.DONE : new Outcome.Again("another one is still there");
  }

  private Outcome scaleCandidate(int n) {
    if (candidate().isEmpty()) {
      return new Outcome.Again("the Canary owns no ReplicaSet");
    }
    candidate().get().replicas = n;
    return Outcome.DONE;
  }

  private Outcome handOver(String digest, int n) {
    Rs set = sets.get(nameOf(digest));
    if (set != null && set.owner == Workload.Owner.Deployment) {
      return Outcome.DONE;
    }
    boolean allowed =
        set != null
            && paused
            && template.equals(digest)
            && set.replicas == n
            && available(set) == n
            && replicas == n;
    if (!allowed) {
      return new Outcome.Again("not as it was read");
    }
    set.owner = Workload.Owner.Deployment;
    return Outcome.DONE;
  }

  private Outcome scaleToZero(List<String> names) {
    Outcome worst = Outcome.DONE;
    for (String name : names) {
      Rs set = sets.get(name);
      if (set != null && set.replicas > 0) {
        if (set.owner == Workload.Owner.Canary || set.template.equals(template)) {
          worst = new Outcome.Again("not one to be taken down");
        } else {
          set.replicas = 0;
        }
      }
    }
    return worst;
  }

  private void deleteCandidate() {
    candidate()
        .ifPresent(c -> {
          sets.remove(c.name);
          leaving.add(new Leaving(c, now.plus(LEAVE)));
        });
  }

  private Optional<Rs> candidate() {
    return sets.values().stream().filter(r -> r.owner == Workload.Owner.Canary).findFirst();
  }

  private Rs add(String digest, Workload.Owner owner) {
    boolean byUs = owner == Workload.Owner.Canary;
    Rs set = new Rs(nameOf(digest), "u" + ++serial, digest, owner, byUs);
    sets.put(set.name, set);
    return set;
  }

  private static String nameOf(String digest) {
    return "rs-" + digest;
  }

  @Override
  public Observed<Route> read(RouteKey key) {
    portReads++;
    if (faults.unreadable("route")) {
      return Observed.unreadable("the API server did not answer");
    }
    if (!routeExists) {
      return Observed.missing();
    }
    Map<String, String> snapshots = new TreeMap<>();
    key.virtualServices()
        .forEach(ref -> snapshots.put(key.canary().namespace() + "/" + ref.name(), "{}"));
    return Observed.known(
        new Route(
            deployment(),
            open ? snapshots : Map.of(),
            live,
            !open && !ours && live.isEmpty(),
            rule(key),
            Optional.empty()));
  }

  private Route.Rule rule(RouteKey key) {
    if (ruleFor.isEmpty()) {
      return Route.Rule.Absent;
    }
    return ruleFor.get().equals(subsets(key)) ? Route.Rule.Current : Route.Rule.Stale;
  }

  /** The hashes that the loop knows, or, when it knows one no more, the one written before. */
  private Subsets subsets(RouteKey key) {
    Subsets before = ruleFor.orElse(new Subsets("", ""));
    return new Subsets(
        key.stableHash().isEmpty() ? before.stable() : key.stableHash(),
        key.candidateHash().isEmpty() ? before.candidate() : key.candidateHash());
  }

  @Override
  public List<Problem> problems(RouteKey key) {
    portReads++;
    return routeExists
        ? List.of()
        : List.of(new Problem("VirtualServiceMissing", "there is no VirtualService"));
  }

  @Override
  public Outcome apply(RouteKey key, Effect.OnRoute effect) {
    return write(
        effect.getClass().getSimpleName(),
        () -> {
          watcher.accept(effect);
          return switch (effect) {
            case Effect.OpenRoute _ -> onRoute(live);
            case Effect.SetWeight(var weight) -> onRoute(Optional.of(weight));
            case Effect.WriteRule _ -> writeRule(subsets(key));
            case Effect.RestoreRoute _ -> restoreRoute();
            case Effect.DeleteRule _ -> {
              routeWrites += ruleFor.isPresent() ? 1 : 0;
              ruleFor = Optional.empty();
              yield Outcome.DONE;
            }
          };
        });
  }

  private Outcome onRoute(Optional<Weight> weight) {
    if (!routeExists) {
      return new Outcome.Refused("there is no VirtualService");
    }
    boolean moves = !live.equals(weight);
    routeWrites += moves || !open ? 1 : 0;
    ours |= moves || !open;
    open = true;
    live = weight;
    if (moves) {
      push();
    }
    return Outcome.DONE;
  }

  private Outcome writeRule(Subsets wanted) {
    if (!routeExists) {
      return new Outcome.Refused("nobody knows the Service");
    }
    if (wanted.stable().isEmpty() || wanted.candidate().isEmpty()) {
      return new Outcome.Again("the pods that the subsets mean are not known yet");
    }
    routeWrites += ruleFor.equals(Optional.of(wanted)) ? 0 : 1;
    ruleFor = Optional.of(wanted);
    return Outcome.DONE;
  }

  private Outcome restoreRoute() {
    boolean moves = live.isPresent();
    routeWrites += open || ours || moves ? 1 : 0;
    live = Optional.empty();
    open = false;
    ours = false;
    if (moves) {
      push();
    }
    return Outcome.DONE;
  }

  @Override
  public Observed<Judgement> ask(Question question, Instant at) {
    portReads++;
    if (!question.weight().since().equals(countedSince)) {
      countedSince = question.weight().since();
      requestsCandidate = 0;
      requestsTotal = 0;
    }
    Optional<String> unreadable =
        metricsReadable ? Optional.empty() : Optional.of("Prometheus did not answer");
    Duration served = Duration.between(question.servedSince(), at);
    boolean bad =
        question.alone()
            ? template.contains("sour")
            : candidate().filter(r -> r.template.contains("bad")).isPresent();
    Judgement.Result result =
        unreadable.isPresent() || served.compareTo(Duration.ofSeconds(10)) < 0
            ? Judgement.Result.Inconclusive
            : bad ? Judgement.Result.Fail : Judgement.Result.Pass;
    return Observed.known(
        new Judgement(
            result,
            new VerdictRecord(result.name(), "errors", "5 %", "0.1 %", requestsCandidate, null),
            result + " after " + served,
            unreadable.isPresent()
                ? Optional.empty()
                : Optional.of(new Judgement.Share(requestsCandidate, requestsTotal)),
            Optional.empty(),
            unreadable,
            Optional.empty(),
            Optional.empty()));
  }

  @Override
  public void forget(ObjectName canary) {
    countedSince = Optional.empty();
  }

  private interface Write {
    Outcome run();
  }

  private Outcome write(String what, Write write) {
    Fault fault = faults.at(what);
    if (fault == Fault.Before) {
      return new Outcome.Again("the API server did not answer");
    }
    Outcome outcome = write.run();
    faults.after(what);
    if (outcome instanceof Outcome.Done) {
      writes.add(what);
    }
    return fault == Fault.After ? new Outcome.Again("the answer was lost") : outcome;
  }
}
