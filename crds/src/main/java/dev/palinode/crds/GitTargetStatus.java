package dev.palinode.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether the repository could last be used; {@code Ready} says why not. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record GitTargetStatus(@Nullable Long observedGeneration, List<Condition> conditions) {
  public GitTargetStatus {
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }
}
