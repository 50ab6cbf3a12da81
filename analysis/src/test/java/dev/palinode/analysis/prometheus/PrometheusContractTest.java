package dev.palinode.analysis.prometheus;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.extension.ResponseDefinitionTransformerV2;
import com.github.tomakehurst.wiremock.http.ResponseDefinition;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import dev.palinode.analysis.Answer;
import dev.palinode.analysis.MetricSource;
import dev.palinode.analysis.MetricSourceContract;
import dev.palinode.analysis.Sample;
import dev.palinode.analysis.Series;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;

/** The adapter over HTTP, against a server that answers from the store in memory. */
class PrometheusContractTest extends MetricSourceContract {
  private final List<AutoCloseable> open = new ArrayList<>();

  @Override
  protected MetricSource source(List<Series> stored, List<Double> values) {
    var server =
        new WireMockServer(
            wireMockConfig()
                .dynamicPort()
                .extensions(new SmallPrometheus(inMemory(stored, values))));
    server.start();
    server.stubFor(any(anyUrl()).willReturn(ok()));
    open.add(server::stop);
    var source = new PrometheusSource(PrometheusSettings.of(URI.create(server.baseUrl())));
    open.add(source);
    return source;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  /** Speaks just enough of the API: a raw selector, or an expression as a vector. */
  private record SmallPrometheus(MetricSource store) implements ResponseDefinitionTransformerV2 {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern RAW = Pattern.compile("(.*)\\[(\\d+)ms]");

    @Override
    public String getName() {
      return "small-prometheus";
    }

    @Override
    public ResponseDefinition transform(ServeEvent event) {
      var form = event.getRequest().formParameters();
      Instant at =
          Instant.ofEpochMilli(
              new BigDecimal(form.get("time").firstValue()).movePointRight(3).longValueExact());
      Matcher raw = RAW.matcher(form.get("query").firstValue());
      try {
        return new ResponseDefinitionBuilder()
            .withStatus(200)
            .withBody(
                JSON.writeValueAsString(
                    Map.of(
                        "status", "success", "data", raw.matches() ? matrix(raw, at) : vector(at))))
            .build();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }

    private Map<String, Object> matrix(Matcher raw, Instant at) {
      var answer = store.samples(raw.group(1), at, Duration.ofMillis(Long.parseLong(raw.group(2))));
      var result =
          ((Answer.Known<List<Series>>) answer)
              .value().stream()
                  .map(s ->
                      Map.of(
                          "metric",
                          s.labels(),
                          "values",
                          s.samples().stream().map(SmallPrometheus::pair).toList()))
                  .toList();
      return Map.of("resultType", "matrix", "result", result);
    }

    private Map<String, Object> vector(Instant at) {
      var result =
          ((Answer.Known<List<Sample>>) store.instant("", at))
              .value().stream().map(s -> Map.of("metric", Map.of(), "value", pair(s))).toList();
      return Map.of("resultType", "vector", "result", result);
    }

    private static List<Object> pair(Sample sample) {
      return List.of(
          new BigDecimal(sample.at().toEpochMilli()).movePointLeft(3),
          Double.toString(sample.value()));
    }
  }
}
