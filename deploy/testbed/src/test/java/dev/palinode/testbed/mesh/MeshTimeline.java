package dev.palinode.testbed.mesh;

import dev.palinode.testbed.mesh.MeshConfig.Destination;
import dev.palinode.testbed.mesh.MeshConfig.DestinationRule;
import dev.palinode.testbed.mesh.MeshConfig.HttpRoute;
import dev.palinode.testbed.mesh.MeshConfig.Item;
import dev.palinode.testbed.mesh.MeshConfig.Name;
import dev.palinode.testbed.mesh.MeshConfig.Pod;
import dev.palinode.testbed.mesh.MeshConfig.Service;
import dev.palinode.testbed.mesh.MeshConfig.Subset;
import dev.palinode.testbed.mesh.MeshConfig.VirtualService;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/** A mesh whose time a test moves by hand, with the service {@code shop/foo} of the tables. */
final class MeshTimeline {
  static final String HOST = "foo.shop.svc.cluster.local";
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  final List<Answer> answers = new ArrayList<>();
  final Mesh mesh;
  final IstioMetrics metrics = new IstioMetrics(Client.gateway());
  private final List<Item> churned = new ArrayList<>();
  private Instant now = START;
  private Instant churnDue = Instant.MAX;

  MeshTimeline() {
    this(Debounce.Timing.istiod(), 0, RevisionSource.POD_LABELS);
  }

  MeshTimeline(Debounce.Timing timing, int defaultRetries, RevisionSource revisions) {
    mesh =
        new Mesh(
            Client.gateway(),
            new Debounce(timing),
            new Traffic(7, new Behaviours(), defaultRetries),
            revisions,
            START,
            answer -> {
              answers.add(answer);
              metrics.count(answer);
            });
  }

  /** Service and route to plain foo, three stable pods, all of it already served. */
  static MeshTimeline stable() {
    return new MeshTimeline().withStable();
  }

  MeshTimeline withStable() {
    put(new Service(new Name("shop", "foo"), Map.of("app", "foo")));
    put(route(plain()));
    pods("v1", 3);
    return run(1_000);
  }

  /** Stable and canary, three pods each, and the rule that tells them apart, all served. */
  static MeshTimeline split(int canaryWeight) {
    return new MeshTimeline().withSplit(canaryWeight);
  }

  MeshTimeline withSplit(int canaryWeight) {
    withStable();
    pods("v2", 3);
    put(rule());
    run(1_000);
    put(route(weights(canaryWeight)));
    return run(1_000);
  }

  Instant now() {
    return now;
  }

  MeshTimeline put(Item item) {
    mesh.put(now, item);
    return this;
  }

  MeshTimeline remove(Item item) {
    mesh.remove(now, item);
    return this;
  }

  MeshTimeline rate(double perSecond) {
    mesh.rate(Traffic.Target.parse(HOST), perSecond);
    return this;
  }

  /** An unrelated route changes 25 times a second from now on. */
  MeshTimeline churn() {
    churnDue = now;
    return this;
  }

  MeshTimeline run(long millis) {
    Instant until = now.plusMillis(millis);
    while (churnDue.isBefore(until)) {
      now = churnDue;
      mesh.advance(now);
      churned.add(
          new VirtualService(
              new Name("other", "noise"),
              START,
              List.of("noise-" + churned.size()),
              Set.of(),
              List.of()));
      put(churned.getLast());
      churnDue = churnDue.plusMillis(40);
    }
    now = until;
    mesh.advance(now);
    return this;
  }

  List<Request> requests(Instant since) {
    return answers.stream().map(Answer::request).filter(r -> !r.time().isBefore(since)).toList();
  }

  List<Request> failures(Instant since) {
    return requests(since).stream().filter(Request::isFailure).toList();
  }

  long failures(Instant since, String flags) {
    return failures(since).stream().filter(r -> r.flags().equals(flags)).count();
  }

  double share(String tag, Instant since) {
    List<Request> all = requests(since);
    return (double) all.stream().filter(r -> r.imageTag().equals(tag)).count() / all.size();
  }

  /** From that instant to the first request sent that a pod of this tag answered. */
  Duration untilFirst(String tag, Instant since) {
    return Duration.between(since, sent(tag, since).min(Comparator.naturalOrder()).orElseThrow());
  }

  /** Likewise to the last one; zero if there was none. */
  Duration untilLast(String tag, Instant since) {
    return Duration.between(since, sent(tag, since).max(Comparator.naturalOrder()).orElse(since));
  }

  private Stream<Instant> sent(String tag, Instant since) {
    return requests(since).stream().filter(r -> r.imageTag().equals(tag)).map(Request::time);
  }

  MeshTimeline pods(String tag, int count) {
    for (int i = 0; i < count; i++) {
      put(pod(tag, i));
    }
    return this;
  }

  static Pod pod(String tag, int index) {
    return new Pod(
        new Name("shop", "foo-" + tag + "-" + index),
        "uid-" + tag + "-" + index,
        Map.of("app", "foo", "pod-template-hash", tag),
        true,
        true,
        false,
        Duration.ZERO,
        "registry.example.com/foo:" + tag,
        "foo");
  }

  static Pod labelled(Pod pod, Map<String, String> labels) {
    return new Pod(
        pod.name(),
        pod.uid(),
        labels,
        pod.ready(),
        pod.listening(),
        pod.terminating(),
        pod.preStop(),
        pod.image(),
        pod.workload());
  }

  static Pod dying(Pod pod, Duration preStop) {
    return new Pod(
        pod.name(),
        pod.uid(),
        pod.labels(),
        pod.ready(),
        pod.listening(),
        true,
        preStop,
        pod.image(),
        pod.workload());
  }

  /** Deletes the pods of a version: terminating now, gone from the API 90 ms later. */
  MeshTimeline delete(String tag, int count, Duration preStop) {
    for (int i = 0; i < count; i++) {
      put(dying(pod(tag, i), preStop));
    }
    run(90);
    for (int i = 0; i < count; i++) {
      remove(pod(tag, i));
    }
    return this;
  }

  static DestinationRule rule() {
    return rule("foo-palinode", "foo", 0, Set.of(), Map.of(), "palinode-stable", "palinode-canary");
  }

  static DestinationRule rule(
      String name,
      String host,
      int age,
      Set<String> exportTo,
      Map<String, Object> policy,
      String... subsets) {
    return new DestinationRule(
        new Name("shop", name),
        START.minusSeconds(age),
        host,
        exportTo,
        Map.of(),
        policy,
        List.of(subsets).stream()
            .map(s ->
                new Subset(
                    s, Map.of("pod-template-hash", s.endsWith("canary") ? "v2" : "v1"), Map.of()))
            .toList());
  }

  static VirtualService route(List<Destination> destinations) {
    return route(destinations, OptionalInt.empty());
  }

  static VirtualService route(List<Destination> destinations, OptionalInt attempts) {
    return new VirtualService(
        new Name("shop", "foo"),
        START,
        List.of("foo"),
        Set.of(),
        List.of(new HttpRoute("primary", List.of(), destinations, attempts)));
  }

  static List<Destination> plain() {
    return List.of(new Destination("foo", Optional.empty(), 0));
  }

  static List<Destination> weights(int canary) {
    return weights(100 - canary, canary);
  }

  static List<Destination> weights(int stable, int canary) {
    return List.of(
        new Destination("foo", Optional.of("palinode-stable"), stable),
        new Destination("foo", Optional.of("palinode-canary"), canary));
  }
}
