package dev.palinode.controller.istio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.crds.Weight;
import java.util.Optional;

/**
 * The {@code route} array of one http route: either one destination, as git has it, or that
 * destination twice, once for each of our subsets.
 */
final class Split {
  static final String STABLE = "palinode-stable";
  static final String CANARY = "palinode-canary";

  private Split() {}

  /** The user's one destination, headers and port included, shared between our subsets. */
  static ArrayNode of(JsonNode plain, Weight weight) {
    int unit = weight.basisPoints() % 100 == 0 ? 100 : 1;
    return JsonNodeFactory.instance
        .arrayNode()
        .add(entry(plain.path(0), STABLE, (10_000 - weight.basisPoints()) / unit))
        .add(entry(plain.path(0), CANARY, weight.basisPoints() / unit));
  }

  /** The candidate's share, if this is a split of ours and says one that we could have written. */
  static Optional<Weight> share(JsonNode route) {
    if (route.size() != 2
        || !subset(route.path(0)).equals(STABLE)
        || !subset(route.path(1)).equals(CANARY)
        || !plain(route.path(0)).equals(plain(route.path(1)))) {
      return Optional.empty();
    }
    long canary = route.path(1).path("weight").asLong(0);
    long sum = route.path(0).path("weight").asLong(0) + canary;
    return sum > 0 && canary >= 0 && canary <= sum && canary * 10_000 % sum == 0
        ? Optional.of(new Weight((int) (canary * 10_000 / sum)))
        : Optional.empty();
  }

  /** A destination of this route names a subset of ours. */
  static boolean touches(JsonNode route) {
    for (var entry : route) {
      if (isOurs(entry)) {
        return true;
      }
    }
    return false;
  }

  /** Whether {@code live} is what we make of {@code plain}, at any weight. */
  static boolean isOf(JsonNode plain, JsonNode live) {
    return plain.size() == 1 && share(live).map(w -> of(plain, w)).filter(live::equals).isPresent();
  }

  /**
   * One plain destination in place of ours, for when nobody remembers git's text: what everybody
   * writes who names neither subset nor weight.
   */
  static ArrayNode merged(JsonNode live) {
    var merged = JsonNodeFactory.instance.arrayNode();
    boolean ours = false;
    for (var entry : live) {
      if (!isOurs(entry)) {
        merged.add(entry.deepCopy());
      } else if (!ours) {
        merged.add(plain(entry));
        ours = true;
      }
    }
    return merged;
  }

  private static ObjectNode entry(JsonNode user, String subset, int weight) {
    ObjectNode entry = user.deepCopy();
    entry.withObject("/destination").put("subset", subset);
    return entry.put("weight", weight);
  }

  private static JsonNode plain(JsonNode entry) {
    ObjectNode plain = entry.deepCopy();
    plain.withObject("/destination").remove("subset");
    plain.remove("weight");
    return plain;
  }

  private static boolean isOurs(JsonNode entry) {
    return subset(entry).equals(STABLE) || subset(entry).equals(CANARY);
  }

  private static String subset(JsonNode entry) {
    return entry.path("destination").path("subset").asText("");
  }
}
