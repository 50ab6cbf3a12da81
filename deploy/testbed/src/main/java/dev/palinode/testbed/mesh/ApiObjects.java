package dev.palinode.testbed.mesh;

import dev.palinode.testbed.mesh.MeshConfig.Destination;
import dev.palinode.testbed.mesh.MeshConfig.DestinationRule;
import dev.palinode.testbed.mesh.MeshConfig.HttpRoute;
import dev.palinode.testbed.mesh.MeshConfig.Match;
import dev.palinode.testbed.mesh.MeshConfig.Name;
import dev.palinode.testbed.mesh.MeshConfig.Pod;
import dev.palinode.testbed.mesh.MeshConfig.Service;
import dev.palinode.testbed.mesh.MeshConfig.Subset;
import dev.palinode.testbed.mesh.MeshConfig.Uri;
import dev.palinode.testbed.mesh.MeshConfig.VirtualService;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The customs post: API objects in, items of the mesh out; whatever is absent gets its default. */
final class ApiObjects {
  private ApiObjects() {}

  static VirtualService virtualService(GenericKubernetesResource object) {
    Map<String, Object> spec = spec(object);
    return new VirtualService(
        name(object),
        created(object),
        texts(spec.get("hosts")),
        new LinkedHashSet<>(texts(spec.get("exportTo"))),
        maps(spec.get("http")).stream().map(ApiObjects::route).toList());
  }

  private static HttpRoute route(Map<String, Object> http) {
    Object attempts = map(http.get("retries")).get("attempts");
    return new HttpRoute(
        text(http.get("name")),
        maps(http.get("match")).stream().map(ApiObjects::match).toList(),
        maps(http.get("route")).stream().map(ApiObjects::destination).toList(),
        attempts instanceof Number n ? OptionalInt.of(n.intValue()) : OptionalInt.empty());
  }

  private static Match match(Map<String, Object> match) {
    Map<String, Object> uri = map(match.get("uri"));
    boolean plain =
        map(match.get("headers")).isEmpty()
            && map(match.get("queryParams")).isEmpty()
            && map(match.get("method")).getOrDefault("exact", "GET").equals("GET");
    if (uri.containsKey("exact")) {
      return new Match(Uri.EXACT, text(uri.get("exact")), plain);
    }
    if (uri.containsKey("prefix")) {
      return new Match(Uri.PREFIX, text(uri.get("prefix")), plain);
    }
    if (uri.containsKey("regex")) {
      return new Match(Uri.REGEX, text(uri.get("regex")), plain);
    }
    return new Match(Uri.ANY, "", plain);
  }

  private static Destination destination(Map<String, Object> weighted) {
    Map<String, Object> destination = map(weighted.get("destination"));
    return new Destination(
        text(destination.get("host")),
        Optional.of(text(destination.get("subset"))).filter(s -> !s.isEmpty()),
        weighted.get("weight") instanceof Number n ? n.intValue() : 0);
  }

  static DestinationRule destinationRule(GenericKubernetesResource object) {
    Map<String, Object> spec = spec(object);
    return new DestinationRule(
        name(object),
        created(object),
        text(spec.get("host")),
        new LinkedHashSet<>(texts(spec.get("exportTo"))),
        labels(map(spec.get("workloadSelector")).get("matchLabels")),
        map(spec.get("trafficPolicy")),
        maps(spec.get("subsets")).stream().map(ApiObjects::subset).toList());
  }

  private static Subset subset(Map<String, Object> subset) {
    return new Subset(
        text(subset.get("name")), labels(subset.get("labels")), map(subset.get("trafficPolicy")));
  }

  static Service service(io.fabric8.kubernetes.api.model.Service object) {
    Map<String, String> selector = object.getSpec() == null ? null : object.getSpec().getSelector();
    return new Service(name(object), selector == null ? Map.of() : Map.copyOf(selector));
  }

  static Pod pod(io.fabric8.kubernetes.api.model.Pod object) {
    ObjectMeta metadata = object.getMetadata();
    Map<String, String> labels =
        metadata.getLabels() == null ? Map.of() : Map.copyOf(metadata.getLabels());
    Optional<Container> first = object.getSpec().getContainers().stream().findFirst();
    boolean ready = isReady(object);
    return new Pod(
        name(object),
        metadata.getUid() == null ? metadata.getName() : metadata.getUid(),
        labels,
        ready,
        isListening(object, ready),
        metadata.getDeletionTimestamp() != null,
        first.map(ApiObjects::preStop).orElse(Duration.ZERO),
        first.map(Container::getImage).orElse(""),
        workload(metadata, labels));
  }

  private static boolean isReady(io.fabric8.kubernetes.api.model.Pod pod) {
    return pod.getStatus() != null
        && pod.getStatus().getConditions().stream()
            .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
  }

  private static boolean isListening(io.fabric8.kubernetes.api.model.Pod pod, boolean ready) {
    if (pod.getStatus() == null) {
      return false;
    }
    List<ContainerStatus> containers = pod.getStatus().getContainerStatuses();
    return containers.isEmpty()
        ? ready
        : containers.getFirst().getState() != null
            && containers.getFirst().getState().getRunning() != null;
  }

  /** {@code sleep: {seconds: n}}, or the older {@code exec: sleep n}. */
  private static Duration preStop(Container container) {
    if (container.getLifecycle() == null || container.getLifecycle().getPreStop() == null) {
      return Duration.ZERO;
    }
    LifecycleHandler preStop = container.getLifecycle().getPreStop();
    if (preStop.getSleep() != null) {
      return Duration.ofSeconds(preStop.getSleep().getSeconds());
    }
    List<String> command = preStop.getExec() == null ? List.of() : preStop.getExec().getCommand();
    return command.size() == 2
            && command.get(0).endsWith("sleep")
            && command.get(1).matches("\\d{1,5}")
        ? Duration.ofSeconds(Long.parseLong(command.get(1)))
        : Duration.ZERO;
  }

  /** As Istio names a workload: the ReplicaSet without its hash, so every version is called foo. */
  private static String workload(ObjectMeta metadata, Map<String, String> labels) {
    for (OwnerReference owner : metadata.getOwnerReferences()) {
      if (Boolean.TRUE.equals(owner.getController())) {
        String suffix = "-" + labels.getOrDefault("pod-template-hash", "");
        return owner.getKind().equals("ReplicaSet")
                && suffix.length() > 1
                && owner.getName().endsWith(suffix)
            ? owner.getName().substring(0, owner.getName().length() - suffix.length())
            : owner.getName();
      }
    }
    return metadata.getName();
  }

  static Name name(HasMetadata object) {
    ObjectMeta metadata = object.getMetadata();
    return new Name(
        metadata.getNamespace() == null ? "" : metadata.getNamespace(), metadata.getName());
  }

  private static Instant created(HasMetadata object) {
    String created = object.getMetadata().getCreationTimestamp();
    return created == null ? Instant.EPOCH : Instant.parse(created);
  }

  private static Map<String, Object> spec(GenericKubernetesResource object) {
    return map(object.getAdditionalProperties().get("spec"));
  }

  private static Map<String, Object> map(@Nullable Object value) {
    Map<String, Object> map = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> fields) {
      fields.forEach((k, v) -> map.put(String.valueOf(k), v));
    }
    return map;
  }

  private static List<Map<String, Object>> maps(@Nullable Object value) {
    List<Map<String, Object>> maps = new ArrayList<>();
    if (value instanceof List<?> list) {
      list.forEach(each -> maps.add(map(each)));
    }
    return maps;
  }

  private static List<String> texts(@Nullable Object value) {
    return value instanceof List<?> list ? list.stream().map(ApiObjects::text).toList() : List.of();
  }

  private static Map<String, String> labels(@Nullable Object value) {
    Map<String, String> labels = new LinkedHashMap<>();
    map(value).forEach((k, v) -> labels.put(k, text(v)));
    return labels;
  }

  private static String text(@Nullable Object value) {
    return value == null ? "" : value.toString();
  }
}
