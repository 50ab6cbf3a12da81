package dev.palinode.controller.workload;

import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Who wrote the pod template last, told by the managed fields: an agent that applies its whole
 * declaration takes back what others wrote before, so the newest owner of any of its fields is the
 * last writer.
 */
final class TemplateAuthor {
  private TemplateAuthor() {}

  /**
   * Whether it was one of these managers. When two wrote in the same second and one is foreign, the
   * answer is no: a stranger's template must not be taken for git's. Nobody at all means that the
   * server tells nothing.
   */
  static boolean isAmong(Set<String> managers, List<ManagedFieldsEntry> entries) {
    List<ManagedFieldsEntry> owners =
        entries.stream().filter(TemplateAuthor::ownsTemplate).toList();
    Optional<Instant> newest =
        owners.stream().map(TemplateAuthor::time).max(Comparator.naturalOrder());
    return newest.isEmpty()
        || owners.stream()
            .filter(e -> time(e).equals(newest.get()))
            .allMatch(e -> managers.contains(Objects.requireNonNullElse(e.getManager(), "")));
  }

  private static boolean ownsTemplate(ManagedFieldsEntry entry) {
    boolean main = Objects.requireNonNullElse(entry.getSubresource(), "").isEmpty();
    FieldsV1 fields = entry.getFieldsV1();
    return main
        && fields != null
        && fields.getAdditionalProperties().get("f:spec") instanceof Map<?, ?> spec
        && spec.containsKey("f:template");
  }

  private static Instant time(ManagedFieldsEntry entry) {
    return entry.getTime() == null ? Instant.EPOCH : Instant.parse(entry.getTime());
  }
}
