package dev.palinode.gitwriter.forge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.gitwriter.forge.FakeHost.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One kind of host's REST shapes over a {@link FakeHost}. */
abstract class FakeApi {
  /** A request below the API's root; the path as it was sent, the query decoded. */
  record Call(String method, String path, Map<String, List<String>> query, JsonNode body) {
    String one(String name) {
      return query.getOrDefault(name, List.of("")).getFirst();
    }
  }

  /** Its answer. */
  record Said(int status, JsonNode body) {}

  private record Route(String method, Pattern path, Function<Turn, Said> answer) {}

  /** A call with the parts of its path. */
  record Turn(Call call, MatchResult path) {
    String part(int i) {
      return path.group(i);
    }

    JsonNode body() {
      return call.body();
    }
  }

  final FakeHost host;
  private final List<Route> routes = new ArrayList<>();

  FakeApi(FakeHost host) {
    this.host = host;
  }

  void on(String method, String path, Function<Turn, Said> answer) {
    routes.add(new Route(method, Pattern.compile(path), answer));
  }

  /** What it does not know is a 404, as with the real one. */
  Said answer(Call call) {
    for (Route route : routes) {
      Matcher matcher = route.path().matcher(call.path());
      if (route.method().equals(call.method()) && matcher.matches()) {
        synchronized (host) {
          return route.answer().apply(new Turn(call, matcher.toMatchResult()));
        }
      }
    }
    return said(404, object().put("message", "404 " + call.method() + " " + call.path()));
  }

  Request at(Turn turn) {
    return host.at(Long.parseLong(turn.part(1)));
  }

  static Said said(int status, JsonNode body) {
    return new Said(status, body);
  }

  static Said ok(JsonNode body) {
    return new Said(200, body);
  }

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static ArrayNode list(List<? extends JsonNode> nodes) {
    return JsonNodeFactory.instance.arrayNode().addAll(nodes);
  }

  static ObjectNode under(String name, JsonNode node) {
    ObjectNode object = object();
    object.set(name, node);
    return object;
  }

  static ObjectNode message(String text) {
    return object().put("message", text);
  }
}
