package dev.palinode.testbed.mesh;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the API server holds at one instant, reduced to what decides where a request goes. */
record MeshConfig(
    Map<Name, VirtualService> virtualServices,
    Map<Name, DestinationRule> destinationRules,
    Map<Name, Service> services,
    Map<Name, Pod> pods) {

  static final MeshConfig EMPTY = new MeshConfig(Map.of(), Map.of(), Map.of(), Map.of());

  /** The order in which istiod merges rules and routes: older first, then by name. */
  static final Comparator<Dated> OLDEST_FIRST =
      Comparator.comparing(Dated::created)
          .thenComparing(d -> d.name().name())
          .thenComparing(d -> d.name().namespace());

  record Name(String namespace, String name) {
    @Override
    public String toString() {
      return namespace + "/" + name;
    }
  }

  /** One object as far as the mesh reads it; two equal items cause no push. */
  sealed interface Item {
    Name name();
  }

  /** An item whose age decides who wins a merge. */
  sealed interface Dated extends Item {
    Instant created();
  }

  record VirtualService(
      Name name, Instant created, List<String> hosts, Set<String> exportTo, List<HttpRoute> http)
      implements Dated {}

  /** Without destinations the route redirects, delegates or answers by itself. */
  record HttpRoute(
      String name, List<Match> match, List<Destination> destinations, OptionalInt attempts) {}

  /** {@code plain} says that a GET without special headers can meet the rest of the condition. */
  record Match(Uri uri, String value, boolean plain) {}

  enum Uri {
    ANY,
    EXACT,
    PREFIX,
    REGEX
  }

  record Destination(String host, Optional<String> subset, int weight) {}

  record DestinationRule(
      Name name,
      Instant created,
      String host,
      Set<String> exportTo,
      Map<String, String> workloadSelector,
      Map<String, Object> trafficPolicy,
      List<Subset> subsets)
      implements Dated {}

  record Subset(String name, Map<String, String> labels, Map<String, Object> trafficPolicy) {}

  record Service(Name name, Map<String, String> selector) implements Item {
    String host() {
      return Hosts.fqdn(name.name(), name.namespace());
    }

    boolean selects(Pod pod) {
      return !selector.isEmpty()
          && pod.name().namespace().equals(name.namespace())
          && pod.labels().entrySet().containsAll(selector.entrySet());
    }
  }

  /**
   * @param listening its first container runs, so a connection is accepted, ready or not
   * @param preStop how long it goes on serving after its deletion began
   */
  record Pod(
      Name name,
      String uid,
      Map<String, String> labels,
      boolean ready,
      boolean listening,
      boolean terminating,
      Duration preStop,
      String image,
      String workload)
      implements Item {

    boolean isEndpoint() {
      return ready && !terminating;
    }

    /** The tag of the image, {@code latest} if it names none. */
    String imageTag() {
      String untilDigest = image.split("@", 2)[0];
      int colon = untilDigest.lastIndexOf(':');
      return colon > untilDigest.lastIndexOf('/') ? untilDigest.substring(colon + 1) : "latest";
    }

    String templateHash() {
      return labels.getOrDefault("pod-template-hash", "");
    }

    /** The first of Istio's labels for a revision. */
    String canonicalRevision() {
      for (String label :
          List.of("service.istio.io/canonical-revision", "app.kubernetes.io/version", "version")) {
        String value = labels.get(label);
        if (value != null && !value.isEmpty()) {
          return value;
        }
      }
      return "latest";
    }
  }

  MeshConfig with(Item item) {
    return switch (item) {
      case VirtualService v ->
          new MeshConfig(put(virtualServices, v), destinationRules, services, pods);
      case DestinationRule d ->
          new MeshConfig(virtualServices, put(destinationRules, d), services, pods);
      case Service s -> new MeshConfig(virtualServices, destinationRules, put(services, s), pods);
      case Pod p -> new MeshConfig(virtualServices, destinationRules, services, put(pods, p));
    };
  }

  MeshConfig without(Item item) {
    Name name = item.name();
    return switch (item) {
      case VirtualService v ->
          new MeshConfig(drop(virtualServices, name), destinationRules, services, pods);
      case DestinationRule d ->
          new MeshConfig(virtualServices, drop(destinationRules, name), services, pods);
      case Service s ->
          new MeshConfig(virtualServices, destinationRules, drop(services, name), pods);
      case Pod p -> new MeshConfig(virtualServices, destinationRules, services, drop(pods, name));
    };
  }

  /** The item now stored under the same kind and name. */
  @Nullable Item current(Item item) {
    return switch (item) {
      case VirtualService v -> virtualServices.get(v.name());
      case DestinationRule d -> destinationRules.get(d.name());
      case Service s -> services.get(s.name());
      case Pod p -> pods.get(p.name());
    };
  }

  boolean isSelected(Pod pod) {
    return services.values().stream().anyMatch(s -> s.selects(pod));
  }

  static <T extends Dated> List<T> oldestFirst(Collection<T> items) {
    List<T> sorted = new ArrayList<>(items);
    sorted.sort(OLDEST_FIRST);
    return sorted;
  }

  private static <T extends Item> Map<Name, T> put(Map<Name, T> items, T item) {
    Map<Name, T> copy = new LinkedHashMap<>(items);
    copy.put(item.name(), item);
    return copy;
  }

  private static <T extends Item> Map<Name, T> drop(Map<Name, T> items, Name name) {
    Map<Name, T> copy = new LinkedHashMap<>(items);
    copy.remove(name);
    return copy;
  }
}
