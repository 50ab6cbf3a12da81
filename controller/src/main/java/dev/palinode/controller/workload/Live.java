package dev.palinode.controller.workload;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Fields of a Deployment or ReplicaSet in the server's own JSON, with the server's defaults. */
record Live(GenericKubernetesResource object) {

  String name() {
    return object.getMetadata().getName();
  }

  String uid() {
    return object.getMetadata().getUid();
  }

  String resourceVersion() {
    return object.getMetadata().getResourceVersion();
  }

  long generation() {
    return Objects.requireNonNullElse(object.getMetadata().getGeneration(), 0L);
  }

  Map<String, String> labels() {
    return Objects.requireNonNullElse(object.getMetadata().getLabels(), Map.of());
  }

  Map<String, String> annotations() {
    return Objects.requireNonNullElse(object.getMetadata().getAnnotations(), Map.of());
  }

  Optional<OwnerReference> controller() {
    return controllerOf(object.getMetadata().getOwnerReferences());
  }

  boolean isControlledBy(String uid) {
    return controller().filter(o -> o.getUid().equals(uid)).isPresent();
  }

  static Optional<OwnerReference> controllerOf(List<OwnerReference> owners) {
    return owners.stream().filter(o -> Boolean.TRUE.equals(o.getController())).findFirst();
  }

  Map<String, Object> template() {
    return map("spec", "template");
  }

  /** By container name, init containers included: names are unique among all. */
  Map<String, String> images() {
    Map<String, Object> podSpec = map("spec", "template", "spec");
    Map<String, String> images = new LinkedHashMap<>();
    for (String kind : List.of("containers", "initContainers")) {
      for (Map<String, Object> container : maps(podSpec, kind)) {
        images.put(text(container, "name").orElse(""), text(container, "image").orElse(""));
      }
    }
    return images;
  }

  String templateDigest() {
    return TemplateDigest.of(template());
  }

  int replicas() {
    return number(1, "spec", "replicas");
  }

  int number(int otherwise, Object... path) {
    return object.get(path) instanceof Number n ? n.intValue() : otherwise;
  }

  boolean isPaused() {
    return Boolean.TRUE.equals(object.get("spec", "paused"));
  }

  /** Empty when absent. */
  Map<String, Object> map(Object... path) {
    Map<String, Object> found = object.get(path);
    return found == null ? Map.of() : found;
  }

  static List<Map<String, Object>> maps(Map<String, ?> of, String field) {
    return of.get(field) instanceof List<?> items
        ? items.stream().map(Live::asMap).toList()
        : List.of();
  }

  static Map<String, Object> map(Map<String, ?> of, String field) {
    return of.get(field) instanceof Map<?, ?> fields ? asMap(fields) : Map.of();
  }

  static Optional<String> text(Map<String, ?> of, String field) {
    return of.get(field) instanceof String s ? Optional.of(s) : Optional.empty();
  }

  @SuppressWarnings("unchecked") // JSON objects have string keys
  private static Map<String, Object> asMap(Object item) {
    return item instanceof Map<?, ?> fields ? (Map<String, Object>) fields : Map.of();
  }
}
