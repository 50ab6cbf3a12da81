package dev.palinode.testbed.mesh;

import dev.palinode.testbed.mesh.MeshConfig.Destination;
import dev.palinode.testbed.mesh.MeshConfig.DestinationRule;
import dev.palinode.testbed.mesh.MeshConfig.HttpRoute;
import dev.palinode.testbed.mesh.MeshConfig.Match;
import dev.palinode.testbed.mesh.MeshConfig.Name;
import dev.palinode.testbed.mesh.MeshConfig.Pod;
import dev.palinode.testbed.mesh.MeshConfig.Service;
import dev.palinode.testbed.mesh.MeshConfig.Subset;
import dev.palinode.testbed.mesh.MeshConfig.VirtualService;
import dev.palinode.testbed.mesh.RuleMerge.Rule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Turns what the API server holds into what one Envoy is told: routes and clusters. */
final class Routing {

  /** A cluster is a host, or one subset of it; ports are not told apart. */
  record ClusterKey(String host, String subset) {
    @Override
    public String toString() {
      return "outbound|" + subset + "|" + host;
    }
  }

  record Cluster(
      ClusterKey key, Name service, Map<String, Object> policy, List<Endpoint> endpoints) {}

  /** A pod as the endpoint table describes it; its labels are those of the moment of the push. */
  record Endpoint(
      Name pod,
      String uid,
      String imageTag,
      String templateHash,
      String workload,
      String canonicalRevision) {}

  record Weighted(ClusterKey cluster, int weight) {}

  record Route(
      String name,
      List<Match> match,
      List<Weighted> destinations,
      int total,
      OptionalInt attempts) {

    boolean admits(String path) {
      return match.isEmpty() || match.stream().anyMatch(m -> m.plain() && admits(m, path));
    }

    private static boolean admits(Match match, String path) {
      return switch (match.uri()) {
        case ANY -> true;
        case EXACT -> path.equals(match.value());
        case PREFIX -> path.startsWith(match.value());
        case REGEX -> Pattern.matches(match.value(), path);
      };
    }

    /** Picks a destination; {@code roll} lies in [0, total). */
    ClusterKey destination(int roll) {
      int left = roll;
      for (Weighted destination : destinations) {
        left -= destination.weight();
        if (left < 0) {
          return destination.cluster();
        }
      }
      throw new IllegalArgumentException(roll + " is not below " + total);
    }
  }

  record Table(Map<String, List<Route>> hosts, Map<ClusterKey, Cluster> clusters) {
    static final Table EMPTY = new Table(Map.of(), Map.of());
  }

  private Routing() {}

  /** {@code revision} says which canonical revision the metrics will give to a pod. */
  static Table compile(MeshConfig config, Client client, Function<Pod, String> revision) {
    return new Table(hosts(config, client), clusters(config, client, revision));
  }

  /** The route a plain GET takes, as Envoy looks it up: exact host, else the longest wildcard. */
  static Optional<Route> find(Map<String, List<Route>> hosts, String host, String path) {
    for (String spelling : Hosts.spellings(host)) {
      List<Route> routes = hosts.get(spelling);
      if (routes != null) {
        return routes.stream().filter(r -> r.admits(path)).findFirst();
      }
    }
    return hosts.entrySet().stream()
        .filter(e -> Hosts.covers(e.getKey(), host))
        .max(Comparator.comparingInt(e -> e.getKey().length()))
        .flatMap(e -> e.getValue().stream().filter(r -> r.admits(path)).findFirst());
  }

  private static Map<String, List<Route>> hosts(MeshConfig config, Client client) {
    Map<String, List<Route>> hosts = new HashMap<>();
    for (VirtualService virtual : MeshConfig.oldestFirst(config.virtualServices().values())) {
      String namespace = virtual.name().namespace();
      if (Hosts.isExported(virtual.exportTo(), namespace, client.namespace())) {
        for (String host : virtual.hosts()) {
          List<Route> routes =
              hosts.computeIfAbsent(Hosts.fqdn(host, namespace), h -> new ArrayList<>());
          virtual.http().forEach(http -> routes.add(route(http, namespace)));
        }
      }
    }
    hosts.values().forEach(routes -> routes.sort(Comparator.comparing(r -> r.match().isEmpty())));
    for (Service service : config.services().values()) {
      hosts.computeIfAbsent(service.host(), Routing::plain);
    }
    return hosts;
  }

  private static List<Route> plain(String host) {
    return List.of(
        new Route(
            "default",
            List.of(),
            List.of(new Weighted(new ClusterKey(host, ""), 1)),
            1,
            OptionalInt.empty()));
  }

  /** Zero entries are dropped; a single destination needs no weight. */
  private static Route route(HttpRoute http, String namespace) {
    List<Weighted> weighted = new ArrayList<>();
    for (Destination destination : http.destinations()) {
      int weight = http.destinations().size() == 1 ? 1 : destination.weight();
      if (weight > 0) {
        weighted.add(
            new Weighted(
                new ClusterKey(
                    Hosts.fqdn(destination.host(), namespace), destination.subset().orElse("")),
                weight));
      }
    }
    int total = weighted.stream().mapToInt(Weighted::weight).sum();
    return new Route(http.name(), http.match(), weighted, total, http.attempts());
  }

  private static Map<ClusterKey, Cluster> clusters(
      MeshConfig config, Client client, Function<Pod, String> revision) {
    Map<ClusterKey, Cluster> clusters = new HashMap<>();
    Collection<DestinationRule> rules = config.destinationRules().values();
    for (Service service : config.services().values()) {
      Map<Pod, Endpoint> endpoints = new LinkedHashMap<>();
      for (Pod pod : config.pods().values()) {
        if (pod.isEndpoint() && service.selects(pod)) {
          endpoints.put(pod, endpoint(pod, revision.apply(pod)));
        }
      }
      Rule rule = RuleMerge.effective(rules, service, client);
      add(clusters, service, "", rule.trafficPolicy(), List.copyOf(endpoints.values()));
      for (Subset subset : rule.subsets().values()) {
        add(clusters, service, subset.name(), rule.policyOf(subset), in(subset, endpoints));
      }
    }
    return clusters;
  }

  private static List<Endpoint> in(Subset subset, Map<Pod, Endpoint> endpoints) {
    return endpoints.entrySet().stream()
        .filter(e -> e.getKey().labels().entrySet().containsAll(subset.labels().entrySet()))
        .map(Map.Entry::getValue)
        .toList();
  }

  private static void add(
      Map<ClusterKey, Cluster> clusters,
      Service service,
      String subset,
      Map<String, Object> policy,
      List<Endpoint> endpoints) {
    ClusterKey key = new ClusterKey(service.host(), subset);
    clusters.put(key, new Cluster(key, service.name(), policy, endpoints));
  }

  private static Endpoint endpoint(Pod pod, String canonicalRevision) {
    return new Endpoint(
        pod.name(),
        pod.uid(),
        pod.imageTag(),
        pod.templateHash(),
        pod.workload(),
        canonicalRevision);
  }
}
