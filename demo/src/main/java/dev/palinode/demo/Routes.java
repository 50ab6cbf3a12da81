package dev.palinode.demo;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Simulated: what istiod tells the proxies. Weighted sets of pods, made of a VirtualService, the
 * subsets of the DestinationRules and the pods that are Ready.
 */
record Routes(List<Weighted> destinations) {
  static final Routes NONE = new Routes(List.of());

  record Weighted(int weight, List<Endpoint> pods) {}

  /**
   * A pod as telemetry names it.
   *
   * @param version its image's tag
   * @param revision its canonical revision
   */
  record Endpoint(String pod, String uid, String version, String revision) {}

  Routes {
    destinations = List.copyOf(destinations);
  }

  static Routes of(
      List<GenericKubernetesResource> virtualServices,
      List<GenericKubernetesResource> rules,
      List<Pod> pods) {
    Map<String, Map<String, String>> subsets = subsets(rules);
    List<Weighted> all = new ArrayList<>();
    for (GenericKubernetesResource vs : virtualServices) {
      for (Map<?, ?> route : maps(vs.get("spec", "http", 0, "route"))) {
        Map<?, ?> destination = (Map<?, ?>) route.get("destination");
        Object subset = destination == null ? null : destination.get("subset");
        Map<String, String> labels =
            subset == null
                ? Map.of("app", Shop.APP)
                : subsets.getOrDefault(String.valueOf(subset), Map.of("no such subset", ""));
        int weight = route.get("weight") instanceof Number n ? n.intValue() : 1;
        List<Endpoint> chosen =
            pods.stream()
                .filter(WorkloadController::isReady)
                .filter(p -> p.getMetadata().getLabels().entrySet().containsAll(labels.entrySet()))
                .map(Routes::endpoint)
                .toList();
        all.add(new Weighted(weight, chosen));
      }
    }
    return new Routes(all);
  }

  /** Where the next request goes; empty when nobody is there to answer it. */
  Optional<Endpoint> next(RandomGenerator random) {
    int total = destinations.stream().mapToInt(Weighted::weight).sum();
    if (total == 0) {
      return Optional.empty();
    }
    int roll = random.nextInt(total);
    for (Weighted w : destinations) {
      roll -= w.weight();
      if (roll < 0) {
        return w.pods().isEmpty()
            ? Optional.empty()
            : Optional.of(w.pods().get(random.nextInt(w.pods().size())));
      }
    }
    return Optional.empty();
  }

  private static Endpoint endpoint(Pod pod) {
    String image = pod.getSpec().getContainers().getFirst().getImage();
    return new Endpoint(
        pod.getMetadata().getName(),
        pod.getMetadata().getUid(),
        image.substring(image.indexOf(':') + 1),
        pod.getMetadata()
            .getLabels()
            .getOrDefault("service.istio.io/canonical-revision", "latest"));
  }

  private static Map<String, Map<String, String>> subsets(List<GenericKubernetesResource> rules) {
    Map<String, Map<String, String>> all = new HashMap<>();
    for (GenericKubernetesResource rule : rules) {
      for (Map<?, ?> subset : maps(rule.get("spec", "subsets"))) {
        Map<String, String> labels = new HashMap<>();
        if (subset.get("labels") instanceof Map<?, ?> of) {
          of.forEach((name, value) -> labels.put(String.valueOf(name), String.valueOf(value)));
        }
        all.put(String.valueOf(subset.get("name")), labels);
      }
    }
    return all;
  }

  private static List<Map<?, ?>> maps(@Nullable Object list) {
    List<Map<?, ?>> all = new ArrayList<>();
    if (list instanceof List<?> items) {
      items.forEach(item -> all.add((Map<?, ?>) item));
    }
    return all;
  }
}
