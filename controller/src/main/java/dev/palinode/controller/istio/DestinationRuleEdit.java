package dev.palinode.controller.istio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.crds.Api;
import dev.palinode.crds.ObjectName;
import io.fabric8.istio.api.networking.v1.DestinationRuleBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Our DestinationRule beside the user's. Istio merges the subsets of two rules only if both are of
 * the Service's namespace, name the same host and are exported alike; everything else hides one of
 * them, silently: then the policy is copied where that is enough, and refused where it is not.
 *
 * @param service whose pods the subsets tell apart
 * @param canary who owns the rule
 * @param uid of the Canary
 * @param rules all that were listed, ours among them
 * @param rootNamespace where Istio looks last
 * @param clients namespaces of the proxies that are known to follow the routes
 */
record DestinationRuleEdit(
    ServiceHost service,
    ObjectName canary,
    String uid,
    List<JsonNode> rules,
    String rootNamespace,
    Set<String> clients) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HASH_LABEL = "pod-template-hash";

  DestinationRuleEdit {
    rules = List.copyOf(rules);
    clients = Set.copyOf(clients);
  }

  static String nameFor(String service) {
    return service + "-palinode";
  }

  /** A rule of ours, whatever Service it was for. */
  static boolean isOurs(JsonNode rule, ObjectName canary) {
    return name(rule).namespace().equals(canary.namespace())
        && name(rule).name().endsWith("-palinode")
        && rule.path("metadata")
            .path("labels")
            .path(Api.CANARY_LABEL)
            .asText()
            .equals(canary.name());
  }

  Optional<JsonNode> live() {
    return rules.stream().filter(this::isNamedLikeOurs).findFirst();
  }

  /** Our rule as it would be written now. Valid only without a {@link #conflict}. */
  ObjectNode desired(String stableHash, String candidateHash) {
    var rule =
        new DestinationRuleBuilder()
            .withNewMetadata()
            .withNamespace(service.namespace())
            .withName(nameFor(service.name()))
            .withLabels(Map.of(Api.CANARY_LABEL, canary.name()))
            .withOwnerReferences(
                new OwnerReferenceBuilder()
                    .withApiVersion(Api.GROUP + "/" + Api.VERSION)
                    .withKind("Canary")
                    .withName(canary.name())
                    .withUid(uid)
                    .withController(true)
                    .build())
            .endMetadata()
            .withNewSpec()
            .withHost(service.name())
            .addNewSubset()
            .withName(Split.STABLE)
            .withLabels(Map.of(HASH_LABEL, hash(Split.STABLE, stableHash)))
            .endSubset()
            .addNewSubset()
            .withName(Split.CANARY)
            .withLabels(Map.of(HASH_LABEL, hash(Split.CANARY, candidateHash)))
            .endSubset()
            .endSpec()
            .build();
    ObjectNode json = JSON.valueToTree(rule);
    var exact = exact();
    // the user's own words, which need not fit the model
    copy("exportTo", exact.stream().findFirst(), json);
    copy("trafficPolicy", exact.isEmpty() ? effective() : Optional.empty(), json);
    return json;
  }

  boolean isCurrent(JsonNode live, String stableHash, String candidateHash) {
    var desired = desired(stableHash, candidateHash);
    return live.path("spec").equals(desired.path("spec"))
        && live.path("metadata")
            .path("ownerReferences")
            .equals(desired.path("metadata").path("ownerReferences"));
  }

  /** Nobody would know which pods our subsets mean. */
  boolean isUndetermined(String stableHash, String candidateHash) {
    return hash(Split.STABLE, stableHash).isEmpty() || hash(Split.CANARY, candidateHash).isEmpty();
  }

  /** Why the user's rules and ours would not both hold, and what to do; empty if they do. */
  Optional<String> conflict() {
    var named = live();
    if (named.isPresent() && !isOurs(named.get(), canary)) {
      return Optional.of(
          "DestinationRule %s has the name that Palinode needs for its own: rename it"
              .formatted(name(named.get())));
    }
    for (var rule : matching()) {
      var conflict = conflict(rule);
      if (conflict.isPresent()) {
        return conflict;
      }
    }
    var exports = new LinkedHashSet<JsonNode>();
    exact().forEach(rule -> exports.add(rule.path("spec").path("exportTo")));
    return exports.size() > 1
        ? Optional.of(
            "the DestinationRules of %s are exported differently, so that Istio does not merge"
                    .formatted(service.qualified())
                + " them: give them the same exportTo")
        : exact().isEmpty() ? effective().flatMap(this::hidden) : Optional.empty();
  }

  private Optional<String> conflict(JsonNode rule) {
    var namespace = name(rule).namespace();
    if (!namespace.equals(service.namespace()) && !namespace.equals(rootNamespace)) {
      return Optional.of(
          "DestinationRule %s is of a client's namespace, where it hides the subsets of a rollout"
                  .formatted(name(rule))
              + " from that client: move it to namespace "
              + service.namespace());
    }
    if (!rule.path("spec").path("workloadSelector").isEmpty()) {
      return Optional.of(
          "DestinationRule %s has a workloadSelector, so that the selected clients would not see"
                  .formatted(name(rule))
              + " the subsets of a rollout: remove the selector, or exclude "
              + service.qualified()
              + " from its host");
    }
    for (var subset : rule.path("spec").path("subsets")) {
      var name = subset.path("name").asText();
      if (isExact(rule) && (name.equals(Split.STABLE) || name.equals(Split.CANARY))) {
        return Optional.of(
            "DestinationRule %s has a subset named %s, which Palinode needs for its own: rename it"
                .formatted(name(rule), name));
      }
    }
    return isExact(rule) && namespace.equals(service.namespace())
        ? unexported(rule)
        : Optional.empty();
  }

  /** Ours is exported like it, so its clients must all be among those who see both. */
  private Optional<String> unexported(JsonNode rule) {
    var exports = exports(rule);
    return clients.stream()
        .filter(client -> !isExportedTo(exports, client))
        .findFirst()
        .map(client ->
            "DestinationRule %s is not exported to namespace %s, whose proxies would not see"
                    .formatted(name(rule), client)
                + " the subsets of a rollout: add it to exportTo");
  }

  /** Ours would give the policy to clients who do not have it. */
  private Optional<String> hidden(JsonNode rule) {
    var exports = exports(rule);
    return exports.isEmpty() || exports.contains("*")
        ? Optional.empty()
        : Optional.of(
            "DestinationRule %s covers %s for some namespaces only: give the Service a"
                    .formatted(name(rule), service.qualified())
                + " DestinationRule of its own in namespace "
                + service.namespace());
  }

  private boolean isExportedTo(Collection<String> exports, String client) {
    return exports.isEmpty()
        || exports.contains("*")
        || exports.contains(client)
        || (exports.contains(".") && client.equals(service.namespace()));
  }

  private static Set<String> exports(JsonNode rule) {
    var exports = new LinkedHashSet<String>();
    rule.path("spec").path("exportTo").forEach(e -> exports.add(e.asText()));
    return exports;
  }

  private List<JsonNode> matching() {
    return rules.stream()
        .filter(rule -> !isNamedLikeOurs(rule))
        .filter(rule -> isExact(rule) || service.isCoveredBy(host(rule)))
        .filter(rule ->
            Set.of(service.namespace(), rootNamespace).contains(name(rule).namespace())
                || clients.contains(name(rule).namespace()))
        .toList();
  }

  /** The rules that Istio merges with ours. */
  private List<JsonNode> exact() {
    return matching().stream()
        .filter(rule -> isExact(rule) && name(rule).namespace().equals(service.namespace()))
        .toList();
  }

  /** Without a rule of its own the Service has the policy of the nearest, narrowest one. */
  private Optional<JsonNode> effective() {
    return matching().stream()
        .min(
            Comparator.<JsonNode, Boolean>comparing(
                    rule -> !name(rule).namespace().equals(service.namespace()))
                .thenComparing(rule -> !isExact(rule))
                .thenComparing(rule -> -host(rule).length()));
  }

  private boolean isExact(JsonNode rule) {
    return service.isMeantBy(host(rule), name(rule).namespace());
  }

  private boolean isNamedLikeOurs(JsonNode rule) {
    return name(rule).equals(new ObjectName(service.namespace(), nameFor(service.name())));
  }

  /** The hash that the loop knows, or, when it knows none any more, the one written before. */
  private String hash(String subset, String known) {
    if (!known.isEmpty()) {
      return known;
    }
    for (var s :
        live().map(r -> r.path("spec").path("subsets")).orElse(MissingNode.getInstance())) {
      if (s.path("name").asText().equals(subset)) {
        return s.path("labels").path(HASH_LABEL).asText("");
      }
    }
    return "";
  }

  private static void copy(String field, Optional<JsonNode> from, ObjectNode to) {
    from.map(rule -> rule.path("spec").get(field))
        .ifPresent(value -> to.withObject("/spec").set(field, value.deepCopy()));
  }

  private static String host(JsonNode rule) {
    return rule.path("spec").path("host").asText("");
  }

  static ObjectName name(JsonNode rule) {
    var metadata = rule.path("metadata");
    return new ObjectName(metadata.path("namespace").asText(), metadata.path("name").asText());
  }
}
