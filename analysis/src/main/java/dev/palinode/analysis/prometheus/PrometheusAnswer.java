package dev.palinode.analysis.prometheus;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.palinode.analysis.HistogramSample;
import dev.palinode.analysis.Sample;
import dev.palinode.analysis.Series;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of {@code /api/v1/query}, read strictly: whatever Prometheus does not send is malformed,
 * never guessed at. Read as a stream, so that a large answer is held once.
 *
 * @param partial true if the store says so, as VictoriaMetrics does
 * @param resultType matrix, vector, scalar or string; empty when there is no data
 */
record PrometheusAnswer(
    String status,
    String errorType,
    String error,
    List<String> warnings,
    boolean partial,
    String resultType,
    List<Series> result) {

  /** Not what Prometheus sends. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;

    Malformed(String message) {
      super(message);
    }
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> SHOWN = List.of("value", "values", "histogram", "histograms");

  static PrometheusAnswer parse(byte[] body) throws Malformed {
    try (JsonParser json = JSON.getFactory().createParser(body)) {
      Reader reader = new Reader(json);
      expect(json.nextToken(), JsonToken.START_OBJECT, "an object");
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        reader.field(json.currentName());
      }
      if (json.currentToken() != JsonToken.END_OBJECT || json.nextToken() != null) {
        throw new Malformed("the answer does not end where it should");
      }
      return reader.answer();
    } catch (IOException e) {
      throw new Malformed("the answer is no JSON or is cut off");
    }
  }

  static Instant at(BigDecimal seconds) {
    return Instant.ofEpochMilli(seconds.movePointRight(3).longValue());
  }

  static double number(String value) throws Malformed {
    return switch (value) {
      case "NaN" -> Double.NaN;
      case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> {
        try {
          yield Double.parseDouble(value);
        } catch (NumberFormatException e) {
          throw new Malformed("a value that is no number");
        }
      }
    };
  }

  private static void expect(@Nullable JsonToken token, JsonToken wanted, String what)
      throws Malformed {
    if (token != wanted) {
      throw new Malformed(what + " expected in the answer");
    }
  }

  private static final class Reader {
    private final JsonParser json;
    private String status = "";
    private String errorType = "";
    private String error = "";
    private List<String> warnings = List.of();
    private boolean partial;
    private String resultType = "";
    private @Nullable List<Series> result;

    Reader(JsonParser json) {
      this.json = json;
    }

    void field(String name) throws IOException, Malformed {
      json.nextToken();
      switch (name) {
        case "status" -> status = text();
        case "errorType" -> errorType = text();
        case "error" -> error = text();
        case "warnings" -> warnings = texts();
        case "isPartial" -> partial = json.currentToken() != JsonToken.VALUE_FALSE;
        case "data" -> data();
        default -> json.skipChildren(); // infos and whatever a later Prometheus adds
      }
    }

    private String text() throws IOException, Malformed {
      expect(json.currentToken(), JsonToken.VALUE_STRING, "a text");
      return json.getText();
    }

    private List<String> texts() throws IOException, Malformed {
      expect(json.currentToken(), JsonToken.START_ARRAY, "a list of warnings");
      List<String> texts = new ArrayList<>();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        texts.add(text());
      }
      return texts;
    }

    private void data() throws IOException, Malformed {
      if (json.currentToken() == JsonToken.VALUE_NULL) {
        return;
      }
      expect(json.currentToken(), JsonToken.START_OBJECT, "data");
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        switch (name) {
          case "resultType" -> resultType = text();
          case "result" -> result = result();
          default -> json.skipChildren(); // statistics, if asked for
        }
      }
    }

    private List<Series> result() throws IOException, Malformed {
      expect(json.currentToken(), JsonToken.START_ARRAY, "a result");
      List<Series> all = new ArrayList<>();
      JsonToken token = json.nextToken();
      if (token != null && token.isNumeric()) { // scalar and string: one pair without labels
        BigDecimal at = json.getDecimalValue();
        json.nextToken();
        all.add(new Series(Map.of(), List.of(sample(at, text()))));
        expect(json.nextToken(), JsonToken.END_ARRAY, "a pair");
        return all;
      }
      for (; token != JsonToken.END_ARRAY; token = json.nextToken()) {
        expect(token, JsonToken.START_OBJECT, "a series");
        all.add(series(JSON.readTree(json)));
      }
      return all;
    }

    private static Series series(JsonNode node) throws Malformed {
      Map<String, String> labels = new HashMap<>();
      for (Map.Entry<String, JsonNode> label : node.path("metric").properties()) {
        labels.put(label.getKey(), label.getValue().asText());
      }
      List<Sample> samples = new ArrayList<>();
      if (node.has("value")) {
        samples.add(sample(node.get("value")));
      } else if (node.has("values")) {
        for (JsonNode pair : node.get("values")) {
          samples.add(sample(pair));
        }
      }
      List<HistogramSample> histograms = new ArrayList<>();
      if (node.has("histogram")) {
        histograms.add(NativeHistogram.sample(node.get("histogram")));
      } else if (node.has("histograms")) {
        for (JsonNode pair : node.get("histograms")) {
          histograms.add(NativeHistogram.sample(pair));
        }
      }
      if (SHOWN.stream().noneMatch(node::has)) {
        throw new Malformed("a series with neither values nor histograms");
      }
      return new Series(labels, samples, histograms);
    }

    private static Sample sample(JsonNode pair) throws Malformed {
      if (pair.size() != 2 || !pair.get(0).isNumber() || !pair.get(1).isTextual()) {
        throw new Malformed("a pair of time and quoted value expected in the answer");
      }
      return sample(pair.get(0).decimalValue(), pair.get(1).asText());
    }

    private static Sample sample(BigDecimal seconds, String value) throws Malformed {
      return new Sample(at(seconds), number(value));
    }

    PrometheusAnswer answer() throws Malformed {
      if (!status.equals("success") && !status.equals("error")) {
        throw new Malformed("a status of success or error expected in the answer");
      }
      if (status.equals("success") && (result == null || resultType.isEmpty())) {
        throw new Malformed("a result expected in the answer");
      }
      return new PrometheusAnswer(
          status,
          errorType,
          error,
          warnings,
          partial,
          resultType,
          result == null ? List.of() : result);
    }
  }
}
