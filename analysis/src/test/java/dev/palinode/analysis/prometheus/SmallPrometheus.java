package dev.palinode.analysis.prometheus;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.extension.ResponseDefinitionTransformerV2;
import com.github.tomakehurst.wiremock.http.ResponseDefinition;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import dev.palinode.analysis.Answer;
import dev.palinode.analysis.HistogramSample;
import dev.palinode.analysis.MetricSource;
import dev.palinode.analysis.Sample;
import dev.palinode.analysis.Series;
import dev.palinode.analysis.Spread;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Speaks just enough of the API: a raw selector, or an expression as a vector. */
record SmallPrometheus(MetricSource store) implements ResponseDefinitionTransformerV2 {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern RAW = Pattern.compile("(.*)\\[(\\d+)ms]");

  @Override
  public String getName() {
    return "small-prometheus";
  }

  @Override
  public ResponseDefinition transform(ServeEvent event) {
    var form = event.getRequest().formParameters();
    if (!form.containsKey("time")) {
      return new ResponseDefinitionBuilder()
          .withStatus(422)
          .withBody(
              """
              {"status":"error","errorType":"execution","error":"no ranges here"}\
              """)
          .build();
    }
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
            .value().stream().map(SmallPrometheus::series).toList();
    return Map.of("resultType", "matrix", "result", result);
  }

  private static Map<String, Object> series(Series series) {
    Map<String, Object> json = new HashMap<>(Map.of("metric", series.labels()));
    if (!series.samples().isEmpty()) {
      json.put("values", series.samples().stream().map(SmallPrometheus::pair).toList());
    }
    if (!series.histograms().isEmpty()) {
      json.put("histograms", series.histograms().stream().map(SmallPrometheus::pair).toList());
    }
    return json;
  }

  /** Empty buckets, and the list of them if all are, are left out as Prometheus does. */
  private static List<Object> pair(HistogramSample sample) {
    Map<String, Object> json = new HashMap<>();
    double count = sample.spread().buckets().stream().mapToDouble(Spread.Bucket::count).sum();
    json.put("count", text(count));
    json.put("sum", "0");
    if (count > 0) {
      json.put(
          "buckets",
          sample.spread().buckets().stream()
              .map(b -> List.of(0, text(b.left()), text(b.right()), text(b.count())))
              .toList());
    }
    return List.of(time(sample.at()), json);
  }

  private static BigDecimal time(Instant at) {
    return new BigDecimal(at.toEpochMilli()).movePointLeft(3);
  }

  private Map<String, Object> vector(Instant at) {
    var result =
        ((Answer.Known<List<Sample>>) store.instant("", at))
            .value().stream().map(s -> Map.of("metric", Map.of(), "value", pair(s))).toList();
    return Map.of("resultType", "vector", "result", result);
  }

  private static String text(double value) {
    return Double.isInfinite(value) ? value > 0 ? "+Inf" : "-Inf" : Double.toString(value);
  }

  private static List<Object> pair(Sample sample) {
    return List.of(time(sample.at()), text(sample.value()));
  }
}
