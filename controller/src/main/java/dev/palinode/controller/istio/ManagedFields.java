package dev.palinode.controller.istio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.crds.Api;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Who owns which field. Writing a route makes it ours, and a field that only we own stays when git
 * drops it: so ownership is handed back with the text.
 */
record ManagedFields(JsonNode entries) {

  /** A field manager as the API server tells them apart. */
  record Owner(String manager, String operation) {}

  boolean hasOurs() {
    return all().anyMatch(ManagedFields::isOurs);
  }

  boolean weOwn(String... path) {
    return all().anyMatch(e -> isOurs(e) && owns(e, path));
  }

  /** Those besides us that own {@code spec.http}. */
  List<Owner> ownersOfHttp() {
    return all()
        .filter(e -> !isOurs(e) && owns(e, "f:spec", "f:http"))
        .map(ManagedFields::owner)
        .distinct()
        .toList();
  }

  /**
   * The list without us, our part of the spec given to {@code owners}. When none of them is left,
   * it goes to the one who declares the hosts, which every author of a VirtualService must; when
   * there is none either, it becomes nobody's.
   */
  ArrayNode handedBack(List<Owner> owners) {
    var ours =
        all().filter(ManagedFields::isOurs).map(e -> e.path("fieldsV1").path("f:spec")).toList();
    var rest = JsonNodeFactory.instance.arrayNode();
    all().filter(e -> !isOurs(e)).forEach(e -> rest.add(e.deepCopy()));
    var heirs = entries(rest).filter(e -> owners.contains(owner(e)) && isWhole(e)).toList();
    if (heirs.isEmpty()) {
      heirs = declarer(rest).stream().toList();
    }
    for (var heir : heirs) {
      for (var spec : ours) {
        if (spec instanceof ObjectNode fields) {
          merge(((ObjectNode) heir).withObject("/fieldsV1/f:spec"), fields);
        }
      }
    }
    if (rest.isEmpty()) {
      rest.addObject(); // the server takes an empty list for a client that knows nothing of it
    }
    return rest;
  }

  private static Optional<JsonNode> declarer(ArrayNode entries) {
    var candidates =
        entries(entries).filter(e -> isWhole(e) && owns(e, "f:spec", "f:hosts")).toList();
    return candidates.stream()
        .filter(e -> owner(e).operation().equals("Apply"))
        .findFirst()
        .or(() -> candidates.stream().findFirst());
  }

  private static void merge(ObjectNode into, ObjectNode from) {
    for (var field : from.properties()) {
      var present = into.get(field.getKey());
      if (present instanceof ObjectNode object && field.getValue() instanceof ObjectNode more) {
        merge(object, more);
      } else {
        into.set(field.getKey(), field.getValue().deepCopy());
      }
    }
  }

  private Stream<JsonNode> all() {
    return entries(entries);
  }

  private static Stream<JsonNode> entries(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false);
  }

  private static boolean isOurs(JsonNode entry) {
    return entry.path("manager").asText().equals(Api.FIELD_MANAGER);
  }

  /** Speaks of the object, not of a subresource. */
  private static boolean isWhole(JsonNode entry) {
    return entry.path("subresource").asText("").isEmpty();
  }

  private static Owner owner(JsonNode entry) {
    return new Owner(entry.path("manager").asText(), entry.path("operation").asText());
  }

  private static boolean owns(JsonNode entry, String... path) {
    var at = entry.path("fieldsV1");
    for (var field : path) {
      at = at.path(field);
    }
    return !at.isMissingNode();
  }
}
