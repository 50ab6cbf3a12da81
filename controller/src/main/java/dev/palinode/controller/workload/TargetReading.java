package dev.palinode.controller.workload;

import dev.palinode.controller.decide.Target;
import dev.palinode.controller.gitops.AgentMark;
import dev.palinode.crds.Api;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The guarded Deployment, from its JSON. */
final class TargetReading {
  private TargetReading() {}

  static Target of(GenericKubernetesResource deployment) {
    Live live = new Live(deployment);
    Map<String, Object> podSpec = live.map("spec", "template", "spec");
    Optional<AgentMark> mark = AgentMark.on(deployment);
    return new Target(
        live.uid(),
        live.generation(),
        live.templateDigest(),
        Live.maps(podSpec, "containers").stream()
            .findFirst()
            .flatMap(c -> Live.text(c, "image"))
            .orElse(""),
        live.images(),
        podLabels(live),
        live.replicas(),
        live.isPaused(),
        Optional.ofNullable(live.labels().get(Api.HOLD_LABEL)),
        mark.map(AgentMark::agent),
        mark.map(m -> TemplateAuthor.isAmong(m.managers(), managedFields(deployment)))
            .orElse(true));
  }

  private static Map<String, String> podLabels(Live live) {
    Map<String, String> labels = new LinkedHashMap<>();
    live.map("spec", "template", "metadata", "labels")
        .forEach((name, value) -> labels.put(name, String.valueOf(value)));
    return labels;
  }

  private static List<ManagedFieldsEntry> managedFields(GenericKubernetesResource deployment) {
    return Objects.requireNonNullElse(deployment.getMetadata().getManagedFields(), List.of());
  }
}
