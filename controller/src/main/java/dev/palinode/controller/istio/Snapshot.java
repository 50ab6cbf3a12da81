package dev.palinode.controller.istio;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.palinode.crds.ObjectName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a VirtualService carries during a rollout in {@link
 * dev.palinode.crds.Api#SNAPSHOT_ANNOTATION}: all that is needed to put it back, and whose rollout
 * it is.
 *
 * @param canary who moves this traffic now; nobody else may meanwhile
 * @param service the Service that the routes send to
 * @param owners the field managers that owned {@code spec.http} before us
 * @param pause what became of the agent's annotation; empty if there is no agent to ask
 * @param routes git's text of the routes that are split
 */
record Snapshot(
    ObjectName canary,
    String service,
    List<ManagedFields.Owner> owners,
    Optional<Pause> pause,
    List<Saved> routes) {

  private static final int VERSION = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * The agent was asked to leave the object alone.
   *
   * @param before the user's own value of that annotation
   */
  record Pause(Optional<String> before) {}

  /**
   * The {@code route} array of one http route.
   *
   * @param name empty for a route without one, which is known by its index only
   */
  record Saved(String name, int index, JsonNode route) {}

  Snapshot {
    owners = List.copyOf(owners);
    routes = List.copyOf(routes);
  }

  /** Git's text of that route, if {@code live} is what we made of it. */
  Optional<JsonNode> original(String name, int index, JsonNode live) {
    return routes.stream()
        .filter(s -> s.name.equals(name) && (!name.isEmpty() || s.index == index))
        .map(Saved::route)
        .filter(plain -> Split.isOf(plain, live))
        .findFirst();
  }

  String text() {
    var root = JsonNodeFactory.instance.objectNode();
    root.put("version", VERSION).put("canary", canary.toString()).put("service", service);
    var managers = root.putArray("owners");
    owners.forEach(
        o -> managers.addObject().put("manager", o.manager()).put("operation", o.operation()));
    pause.ifPresent(p -> {
      var node = root.putObject("pause");
      p.before.ifPresent(before -> node.put("before", before));
    });
    var saved = root.putArray("routes");
    for (var s : routes) {
      var node = saved.addObject();
      if (!s.name.isEmpty()) {
        node.put("name", s.name);
      }
      node.put("index", s.index).set("route", s.route);
    }
    return root.toString();
  }

  /** Empty if somebody made it something else than what we write: it is then as good as lost. */
  static Optional<Snapshot> parse(String text) {
    try {
      var root = JSON.readTree(text);
      var canary = root.path("canary").asText("").split("/", -1);
      if (root.path("version").asInt() != VERSION || canary.length != 2) {
        return Optional.empty();
      }
      var owners = new ArrayList<ManagedFields.Owner>();
      for (var o : root.path("owners")) {
        owners.add(
            new ManagedFields.Owner(o.path("manager").asText(), o.path("operation").asText()));
      }
      var routes = new ArrayList<Saved>();
      for (var r : root.path("routes")) {
        routes.add(new Saved(r.path("name").asText(""), r.path("index").asInt(), r.path("route")));
      }
      var pause =
          Optional.ofNullable(root.get("pause"))
              .map(p -> new Pause(Optional.ofNullable(p.get("before")).map(JsonNode::asText)));
      return Optional.of(
          new Snapshot(
              new ObjectName(canary[0], canary[1]),
              root.path("service").asText(),
              owners,
              pause,
              routes));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
