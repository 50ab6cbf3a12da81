package dev.palinode.controller.workload;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The ConfigMaps without which a pod of a template does not start. */
final class ConfigReferences {
  private ConfigReferences() {}

  /** Names in order; those that the template calls optional are left out. */
  static SortedSet<String> in(Map<String, Object> template) {
    Map<String, Object> spec = Live.map(template, "spec");
    SortedSet<String> names = new TreeSet<>();
    Live.maps(spec, "volumes").stream()
        .flatMap(ConfigReferences::ofVolume)
        .flatMap(r -> required(r).stream())
        .forEach(names::add);
    Stream.of("containers", "initContainers", "ephemeralContainers")
        .flatMap(kind -> Live.maps(spec, kind).stream())
        .flatMap(ConfigReferences::ofContainer)
        .flatMap(r -> required(r).stream())
        .forEach(names::add);
    return names;
  }

  private static Stream<Map<String, Object>> ofVolume(Map<String, Object> volume) {
    return Stream.concat(
        Stream.of(Live.map(volume, "configMap")),
        Live.maps(Live.map(volume, "projected"), "sources").stream()
            .map(s -> Live.map(s, "configMap")));
  }

  private static Stream<Map<String, Object>> ofContainer(Map<String, Object> container) {
    List<Map<String, Object>> env = Live.maps(container, "env");
    return Stream.concat(
        Live.maps(container, "envFrom").stream().map(e -> Live.map(e, "configMapRef")),
        env.stream().map(e -> Live.map(Live.map(e, "valueFrom"), "configMapKeyRef")));
  }

  private static Optional<String> required(Map<String, Object> reference) {
    return Boolean.TRUE.equals(reference.get("optional"))
        ? Optional.empty()
        : Live.text(reference, "name");
  }
}
