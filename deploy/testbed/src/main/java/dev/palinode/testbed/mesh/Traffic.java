package dev.palinode.testbed.mesh;

import dev.palinode.testbed.mesh.Answer.Hit;
import dev.palinode.testbed.mesh.Routing.Cluster;
import dev.palinode.testbed.mesh.Routing.ClusterKey;
import dev.palinode.testbed.mesh.Routing.Endpoint;
import dev.palinode.testbed.mesh.Routing.Route;
import dev.palinode.testbed.mesh.Routing.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * The load: evenly spaced requests to some hosts, each sent as Envoy would with the table it has.
 *
 * <p>Weight and pod are drawn at random for every request, so shares are binomial, as the measured
 * routing tables (section 4) found them. The generator is seeded: the same history gives the same
 * requests.
 */
final class Traffic {
  /** An answer of Envoy itself, or a refused connection. */
  private static final Duration AT_ONCE = Duration.ofMillis(1);

  /** Envoy's base interval before a retry. */
  private static final Duration BACK_OFF = Duration.ofMillis(25);

  /** Where requests go: a host, and the path that picks among its routes. */
  record Target(String host, String path) {
    static Target parse(String text) {
      int slash = text.indexOf('/');
      return slash < 0
          ? new Target(text, "/")
          : new Target(text.substring(0, slash), text.substring(slash));
    }
  }

  private static final class Stream {
    private final Target target;
    private final double perSecond;
    private final Instant start;
    private long sent;
    private Instant next;

    Stream(Target target, double perSecond, Instant start) {
      this.target = target;
      this.perSecond = perSecond;
      this.start = start;
      this.next = start;
      advance();
    }

    void advance() {
      sent++;
      next = start.plusNanos((long) (sent * 1e9 / perSecond));
    }
  }

  private final RandomGenerator random;
  private final Behaviours behaviours;
  private final int defaultRetries;
  private final Map<Target, Stream> streams = new LinkedHashMap<>();

  Traffic(long seed, Behaviours behaviours, int defaultRetries) {
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    this.behaviours = behaviours;
    this.defaultRetries = defaultRetries;
  }

  void rate(Target target, double perSecond, Instant from) {
    if (perSecond > 0) {
      streams.put(target, new Stream(target, perSecond, from));
    } else {
      streams.remove(target);
    }
  }

  Optional<Instant> next() {
    return earliest().map(s -> s.next);
  }

  /** Sends the request that is due. */
  Answer send(Table table, Predicate<Endpoint> isServing) {
    Stream stream = earliest().orElseThrow();
    Instant at = stream.next;
    stream.advance();
    return answer(stream.target, at, table, isServing);
  }

  private Optional<Stream> earliest() {
    return streams.values().stream().min(Comparator.comparing(s -> s.next));
  }

  private Answer answer(Target target, Instant at, Table table, Predicate<Endpoint> isServing) {
    Optional<Route> found = Routing.find(table.hosts(), target.host(), target.path());
    if (found.isEmpty() || found.get().total() == 0) {
      return unreached(target, at, found.map(Route::name).orElse(""), 404, "NR", Optional.empty());
    }
    Route route = found.get();
    ClusterKey key = route.destination(random.nextInt(route.total()));
    Cluster cluster = table.clusters().get(key);
    if (cluster == null) {
      return unreached(target, at, route.name(), 503, "NC", Optional.empty());
    }
    if (cluster.endpoints().isEmpty()) {
      return unreached(target, at, route.name(), 503, "UH", Optional.of(cluster));
    }
    return attempts(target, at, route, cluster, isServing);
  }

  private static Answer unreached(
      Target target, Instant at, String route, int code, String flags, Optional<Cluster> cluster) {
    Request request = new Request(at, target.host(), route, "", "", "", code, flags, AT_ONCE);
    return new Answer(request, cluster.map(Cluster::service), Optional.empty(), List.of());
  }

  /** Only a 503 is tried again, and on another pod while there is one. */
  private Answer attempts(
      Target target, Instant at, Route route, Cluster cluster, Predicate<Endpoint> isServing) {
    int retries = route.attempts().orElse(defaultRetries);
    List<Hit> hits = new ArrayList<>(1);
    List<Endpoint> untried = new ArrayList<>(cluster.endpoints());
    Duration elapsed = Duration.ZERO;
    for (int attempt = 0; ; attempt++) {
      Endpoint endpoint =
          untried.isEmpty()
              ? cluster.endpoints().get(random.nextInt(cluster.endpoints().size()))
              : untried.remove(random.nextInt(untried.size()));
      boolean serving = isServing.test(endpoint);
      Hit hit = serving ? hit(endpoint) : new Hit(endpoint, 503, AT_ONCE);
      if (serving) {
        hits.add(hit);
      }
      elapsed = elapsed.plus(hit.duration());
      if (hit.code() != 503 || attempt == retries) {
        String flags = flags(serving, hit.code() == 503 && retries > 0);
        return new Answer(
            new Request(
                at,
                target.host(),
                route.name(),
                endpoint.templateHash(),
                endpoint.imageTag(),
                endpoint.pod().name(),
                hit.code(),
                flags,
                elapsed),
            Optional.of(cluster.service()),
            Optional.of(endpoint),
            hits);
      }
      elapsed = elapsed.plus(BACK_OFF);
    }
  }

  private static String flags(boolean serving, boolean spent) {
    if (serving) {
      return spent ? "URX" : "-";
    }
    return spent ? "UF,URX" : "UF";
  }

  private Hit hit(Endpoint endpoint) {
    Behaviour behaviour = behaviours.of(endpoint.imageTag());
    boolean failed = random.nextDouble() < behaviour.errorRate();
    double factor = Math.exp(behaviour.spread() * random.nextGaussian());
    Duration latency = Duration.ofNanos((long) (behaviour.latency().toNanos() * factor));
    return new Hit(endpoint, failed ? behaviour.errorCode() : 200, latency);
  }
}
