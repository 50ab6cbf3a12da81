package dev.palinode.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Simulated: as much of Prometheus as the controller asks. It scrapes the mesh's counters and
 * answers instant queries of the form {@code selector[window]} with the raw samples.
 */
final class MetricStore implements AutoCloseable {
  static final Duration SCRAPE = Duration.ofMillis(500);
  private static final Pattern QUERY =
      Pattern.compile("(\\w+)((?:\\{.*\\})?)\\[(\\d+)ms\\]", Pattern.DOTALL);
  private static final Pattern MATCHER =
      Pattern.compile("(\\w+)\\s*(=~|!~|!=|=)\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final ObjectMapper JSON = new ObjectMapper();

  private record Sample(Instant at, long value) {}

  private final Telemetry telemetry;
  private final HttpServer server;
  private final Round scrapes;
  private final Map<Map<String, String>, List<Sample>> series = new HashMap<>();

  MetricStore(Telemetry telemetry) {
    this.telemetry = telemetry;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/api/v1/query", this::answer);
    server.start();
    scrapes = new Round("scrapes", this::scrape);
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private synchronized Optional<Duration> scrape() {
    Instant now = Instant.now();
    telemetry.scrape((labels, value) ->
        series.computeIfAbsent(labels, _ -> new ArrayList<>()).add(new Sample(now, value)));
    return Optional.of(SCRAPE);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Map<String, String> form = form(exchange);
      Matcher query = QUERY.matcher(form.getOrDefault("query", ""));
      boolean known = query.matches();
      byte[] body =
          known
              ? matrix(query, new BigDecimal(form.getOrDefault("time", "0")))
              : refusal(form.getOrDefault("query", ""));
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(known ? 200 : 400, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private synchronized byte[] matrix(Matcher query, BigDecimal time) throws IOException {
    Instant end = Instant.ofEpochMilli(time.movePointRight(3).longValue());
    Instant start = end.minusMillis(Long.parseLong(query.group(3)));
    ObjectNode answer = JSON.createObjectNode().put("status", "success");
    ArrayNode result = answer.putObject("data").put("resultType", "matrix").putArray("result");
    series.forEach((labels, samples) -> {
      if (query.group(1).equals(labels.get("__name__")) && matches(query.group(2), labels)) {
        ObjectNode one = JSON.createObjectNode();
        labels.forEach(one.putObject("metric")::put);
        ArrayNode values = one.putArray("values");
        samples.stream()
            .filter(s -> s.at().isAfter(start) && !s.at().isAfter(end))
            .forEach(s ->
                values
                    .addArray()
                    .add(BigDecimal.valueOf(s.at().toEpochMilli(), 3))
                    .add(String.valueOf(s.value())));
        if (!values.isEmpty()) {
          result.add(one);
        }
      }
    });
    return JSON.writeValueAsBytes(answer);
  }

  private static boolean matches(String matchers, Map<String, String> labels) {
    return MATCHER
        .matcher(matchers)
        .results()
        .allMatch(m -> {
          String value = labels.getOrDefault(m.group(1), "");
          String wanted = m.group(3).replaceAll("\\\\(.)", "$1");
          return switch (m.group(2)) {
            case "=" -> value.equals(wanted);
            case "!=" -> !value.equals(wanted);
            case "=~" -> value.matches(wanted);
            default -> !value.matches(wanted);
          };
        });
  }

  private static byte[] refusal(String query) throws IOException {
    return JSON.writeValueAsBytes(
        JSON.createObjectNode()
            .put("status", "error")
            .put("errorType", "bad_data")
            .put("error", "this store of the demo cannot answer " + query));
  }

  private static Map<String, String> form(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Map<String, String> form = new HashMap<>();
    for (String pair : body.split("&")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        form.put(
            pair.substring(0, equals),
            URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return form;
  }

  @Override
  public void close() {
    scrapes.close();
    server.stop(0);
  }
}
