package dev.palinode.crds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Every problem of one document that can be seen without a cluster. It never throws: bad input is
 * an answer. What the API server refuses by schema or CEL is found here too, in the same words, so
 * that {@code palinode check} says before the commit what admission would say after it.
 */
public final class SpecProblems {
  /**
   * @param rules what must hold in the whole document beyond the shape of its spec
   */
  private record Kind(
      Class<? extends HasMetadata> type,
      Class<? extends Record> spec,
      Function<JsonNode, List<Problem>> rules) {}

  private static final SortedMap<String, Kind> KINDS =
      new TreeMap<>(
          Map.of(
              "Canary",
              new Kind(Canary.class, CanarySpec.class, d -> CanaryRules.problems(d.path("spec"))),
              "AnalysisTemplate",
              new Kind(
                  AnalysisTemplate.class,
                  AnalysisTemplateSpec.class,
                  d -> AnalysisTemplateRules.problems(d.path("spec"))),
              "GitTarget",
              new Kind(GitTarget.class, GitTargetSpec.class, d -> GitRules.target(d.path("spec"))),
              "Revert",
              new Kind(Revert.class, RevertSpec.class, SpecProblems::revert)));

  private static final Set<String> ROOT =
      Set.of("apiVersion", "kind", "metadata", "spec", "status");

  private static final KubernetesSerialization SERIALIZATION =
      new KubernetesSerialization(new ObjectMapper(), false);

  private SpecProblems() {}

  /**
   * @param object the document as its kind; empty if it cannot be read as one
   */
  public record Checked(List<Problem> problems, Optional<HasMetadata> object) {
    public Checked {
      problems = List.copyOf(problems);
    }

    public boolean isSound() {
      return problems.isEmpty();
    }
  }

  /** True if the document claims to be of our group, in whatever version. */
  public static boolean covers(JsonNode document) {
    return document.path("apiVersion").asText().startsWith(Api.GROUP + "/");
  }

  /** Problems of an object that was read from the API server, for its Ready condition. */
  public static List<Problem> of(HasMetadata object) {
    return check(SERIALIZATION.convertValue(object, JsonNode.class)).problems();
  }

  public static Checked check(JsonNode document) {
    List<Problem> found = new ArrayList<>();
    String version = document.path("apiVersion").asText();
    if (!version.equals(Api.GROUP + "/" + Api.VERSION)) {
      found.add(
          new Problem(
              "apiVersion", "'" + version + "' is unknown; use " + Api.GROUP + "/" + Api.VERSION));
      return new Checked(found, Optional.empty());
    }
    String name = document.path("kind").asText();
    Kind kind = KINDS.get(name);
    if (kind == null) {
      found.add(
          new Problem(
              "kind",
              "'" + name + "' is unknown; use one of " + String.join(", ", KINDS.keySet())));
      return new Checked(found, Optional.empty());
    }
    root(document, found);
    JsonNode spec = document.path("spec");
    if (spec.isMissingNode() || spec.isNull()) {
      found.add(new Problem("spec", "is required: add it"));
    } else {
      found.addAll(RecordShape.problems(spec, kind.spec(), "spec"));
      found.addAll(kind.rules().apply(document));
    }
    return new Checked(found, read(document, kind.type(), found));
  }

  private static void root(JsonNode document, List<Problem> found) {
    JsonNode metadata = document.path("metadata");
    if (metadata.path("name").asText().isEmpty()
        && metadata.path("generateName").asText().isEmpty()) {
      found.add(new Problem("metadata.name", "is required: add it"));
    }
    document
        .fieldNames()
        .forEachRemaining(name -> {
          if (!ROOT.contains(name)) {
            found.add(
                new Problem(name, "is unknown and would be ignored; settings belong under spec"));
          }
        });
  }

  private static List<Problem> revert(JsonNode document) {
    List<Problem> found =
        new ArrayList<>(GitRules.source(document.path("spec").path("source"), "spec.source"));
    JsonNode own = document.path("metadata").path("namespace");
    JsonNode named = document.path("spec").path("object").path("namespace");
    if (own.isTextual() && named.isTextual() && !own.textValue().equals(named.textValue())) {
      found.add(new Problem("spec.object.namespace", RevertSpec.OWN_NAMESPACE));
    }
    return found;
  }

  private static Optional<HasMetadata> read(
      JsonNode document, Class<? extends HasMetadata> type, List<Problem> found) {
    try {
      return Optional.of(SERIALIZATION.convertValue(document, type));
    } catch (IllegalArgumentException e) {
      if (found.isEmpty()) {
        found.add(new Problem("", "cannot be read: " + e.getMessage()));
      }
      return Optional.empty();
    }
  }
}
