package dev.palinode.gitwriter.forge;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.extension.ResponseDefinitionTransformerV2;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.http.ResponseDefinition;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;

/** A host over real HTTP, whose next answers can be made to fail. */
final class HostServer implements AutoCloseable {
  /** A request as it came in. */
  record Seen(String method, String path, String authorization) {}

  private static final ObjectMapper JSON = new ObjectMapper();

  final List<Seen> seen = new CopyOnWriteArrayList<>();
  private final Deque<ResponseDefinitionBuilder> faults = new ConcurrentLinkedDeque<>();
  private final WireMockServer server;
  private volatile FakeApi api;
  private volatile String root = "";
  private volatile String rightToken = "";
  private volatile boolean loses;

  HostServer() {
    server =
        new WireMockServer(
            options().dynamicPort().bindAddress("127.0.0.1").extensions(new Answers()));
    server.start();
    server.stubFor(any(anyUrl()));
  }

  private final class Answers implements ResponseDefinitionTransformerV2 {
    @Override
    public ResponseDefinition transform(ServeEvent event) {
      return serve(event).build();
    }

    @Override
    public String getName() {
      return "host";
    }
  }

  /** Plays another host, with nothing left of the one before. */
  void play(FakeApi next, String below) {
    api = next;
    root = below;
    rightToken = "";
    loses = false;
    faults.clear();
    seen.clear();
  }

  /** From now on only requests with this in their Authorization header are let in. */
  void takeOnly(String token) {
    rightToken = token;
  }

  /** The next answer, whatever is asked. */
  void fail(ResponseDefinitionBuilder fault) {
    faults.add(fault);
  }

  void fail(int times, ResponseDefinitionBuilder fault) {
    for (int i = 0; i < times; i++) {
      faults.add(fault);
    }
  }

  /** The next request is carried out, and its answer is lost. */
  void loseAnswer() {
    loses = true;
  }

  String url() {
    return "http://127.0.0.1:" + server.port();
  }

  private ResponseDefinitionBuilder serve(ServeEvent event) {
    var request = event.getRequest();
    String url = request.getUrl();
    String path = url.contains("?") ? url.substring(0, url.indexOf('?')) : url;
    String method = request.getMethod().value();
    String shown = String.valueOf(request.getHeader("Authorization"));
    seen.add(new Seen(method, path, shown));
    ResponseDefinitionBuilder fault = faults.poll();
    if (fault != null) {
      return fault;
    }
    if (!rightToken.isEmpty() && !shown.contains(rightToken)) {
      return json(401, FakeApi.message("Bad credentials: " + shown));
    }
    if (!path.startsWith(root)) {
      return json(404, FakeApi.message("nothing below " + path));
    }
    FakeApi.Said said =
        api.answer(
            new FakeApi.Call(
                method,
                path.substring(root.length()),
                query(url),
                body(request.getBodyAsString())));
    if (loses) {
      loses = false;
      return new ResponseDefinitionBuilder().withFault(Fault.EMPTY_RESPONSE);
    }
    return json(said.status(), said.body());
  }

  static ResponseDefinitionBuilder json(int status, JsonNode body) {
    return new ResponseDefinitionBuilder()
        .withStatus(status)
        .withHeader("Content-Type", "application/json")
        .withBody(body == null ? "" : body.toString());
  }

  private static Map<String, List<String>> query(String url) {
    Map<String, List<String>> all = new HashMap<>();
    if (url.contains("?")) {
      for (String pair : url.substring(url.indexOf('?') + 1).split("&")) {
        String[] parts = pair.split("=", 2);
        all.computeIfAbsent(decoded(parts[0]), _ -> new ArrayList<>())
            .add(parts.length > 1 ? decoded(parts[1]) : "");
      }
    }
    return all;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static JsonNode body(String text) {
    try {
      return text == null || text.isBlank() ? MissingNode.getInstance() : JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("the adapter sends what is no JSON: " + text, e);
    }
  }

  @Override
  public void close() {
    server.stop();
  }
}
