package dev.palinode.analysis.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.palinode.analysis.Calibration;
import dev.palinode.analysis.Exhibit;
import dev.palinode.analysis.Exhibit.ClosedWindow;
import dev.palinode.analysis.Exhibit.Moment;
import dev.palinode.analysis.Exhibit.Shown;
import dev.palinode.analysis.Judge;
import dev.palinode.analysis.Measured;
import dev.palinode.analysis.Spread;
import dev.palinode.analysis.Trial;
import dev.palinode.analysis.WindowCounts;
import dev.palinode.analysis.record.RolloutRecord.Said;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads what {@link RecordWriter} wrote; strict, so that a damaged record is never judged. */
final class RecordReader {
  private static final ObjectMapper JSON = new ObjectMapper();

  private @Nullable Trial trial;
  private Optional<String> resumed = Optional.empty();
  private final List<RolloutRecord.Entry> entries = new ArrayList<>();
  private RolloutRecord.@Nullable Malformed cutOff;
  private int number;

  /** Throws {@link RolloutRecord.Malformed}. */
  RolloutRecord read(Stream<String> lines) {
    for (Iterator<String> each = lines.iterator(); each.hasNext(); ) {
      String line = each.next();
      number++;
      if (!line.isBlank()) {
        try {
          line(JSON.readTree(line));
        } catch (JsonProcessingException _) {
          giveUpIfCutOff();
          cutOff = malformed("it is no JSON or is cut off");
        } catch (DateTimeParseException | IllegalArgumentException e) {
          throw malformed(String.valueOf(e.getMessage()));
        }
      }
    }
    giveUpIfCutOff();
    if (trial == null) {
      throw malformed("there is no trial line");
    }
    return new RolloutRecord(trial, resumed, entries);
  }

  /** A line that its writer died over is made good only by its successor going on from before. */
  private void giveUpIfCutOff() {
    if (cutOff != null) {
      throw cutOff;
    }
  }

  private void line(JsonNode node) throws JsonProcessingException {
    if (!node.isObject() || node.size() != 1) {
      throw malformed("one of trial, window, moment and verdict expected");
    }
    String kind = node.fieldNames().next();
    JsonNode content = node.get(kind);
    if (kind.equals("trial") || kind.equals("resumed")) {
      cutOff = null;
    }
    giveUpIfCutOff();
    switch (kind) {
      case "trial" -> {
        trial = trial(content);
        resumed = Optional.empty();
        entries.clear();
      }
      case "resumed" -> resume(trial(need(content, "trial")), text(content, "judge"));
      case "window" -> entries.add(new RolloutRecord.Shown(checked(window(content))));
      case "moment" ->
          entries.add(
              new RolloutRecord.Shown(
                  checked(new Moment(Instant.parse(text(content, "at")), shown(content)))));
      case "verdict" ->
          entries.add(
              new Said(
                  Instant.parse(text(content, "at")),
                  text(content, "result"),
                  text(content, "metric"),
                  text(content, "reason"),
                  number(need(content, "logHarm"))));
      default -> throw malformed("a line of kind '" + kind + "' is unknown");
    }
  }

  /** What was shown after the judge was saved counts no more; unknown is how it got there. */
  private void resume(Trial again, String state) {
    byte[] judge = Base64.getDecoder().decode(state);
    try {
      Judge.restore(again, judge);
    } catch (RuntimeException e) {
      throw malformed("its judge cannot be restored: " + e.getMessage());
    }
    List<RolloutRecord.Entry> kept =
        again.equals(trial) ? RolloutRecord.until(again, resumed, entries, judge) : List.of();
    trial = again;
    if (kept.isEmpty()) {
      resumed = Optional.of(state);
    }
    entries.subList(kept.size(), entries.size()).clear();
  }

  private Trial trial(JsonNode node) throws JsonProcessingException {
    if (need(node, "version").asInt() != RecordWriter.VERSION) {
      throw malformed("it was written by another version");
    }
    List<Calibration> calibrations = new ArrayList<>();
    for (JsonNode each : need(node, "calibrations")) {
      calibrations.add(
          new Calibration(
              number(need(each, "podVariation")),
              Duration.parse(text(each, "noise")),
              text(each, "source"),
              doubles(need(each, "edges")),
              doubles(need(each, "before"))));
    }
    return new Trial(
        Arrays.asList(JSON.treeToValue(need(node, "metrics"), Metric[].class)),
        number(need(node, "alpha")),
        number(need(node, "beta")),
        Instant.parse(text(node, "start")),
        Duration.parse(text(node, "window")),
        Duration.parse(text(node, "warmup")),
        Duration.parse(text(node, "onset")),
        calibrations);
  }

  private ClosedWindow window(JsonNode node) {
    List<Shown> shown = new ArrayList<>();
    need(node, "metrics").forEach(each -> shown.add(shown(each)));
    return new ClosedWindow(
        Instant.parse(text(node, "end")),
        node.has("weight") ? number(node.get("weight")) : Double.NaN,
        node.has("weightSince")
            ? Optional.of(Instant.parse(text(node, "weightSince")))
            : Optional.empty(),
        need(node, "candidatePods").asInt(),
        need(node, "stablePods").asInt(),
        count(need(node, "candidate")),
        count(need(node, "stable")),
        shown,
        node.has("silence") ? Optional.of(text(node, "silence")) : Optional.empty());
  }

  private Shown shown(JsonNode node) {
    return new Shown(need(node, "metric").asInt(-1), measured(node));
  }

  private Measured measured(JsonNode node) {
    if (node.has("counts") && node.get("counts").size() == 4) {
      JsonNode c = node.get("counts");
      return new Measured.Counts(
          new WindowCounts(count(c.get(0)), count(c.get(1)), count(c.get(2)), count(c.get(3))));
    }
    if (node.has("edges")) {
      return new Measured.Buckets(
          doubles(node.get("edges")),
          list(need(node, "candidate"), this::count),
          list(need(node, "stable"), this::count));
    }
    if (node.has("candidateSpread")) {
      return new Measured.Spreads(
          spread(node.get("candidateSpread")), spread(need(node, "stableSpread")));
    }
    if (node.has("value")) {
      return new Measured.Value(number(node.get("value")));
    }
    if (node.has("values") && node.get("values").isArray()) {
      return new Measured.Values(doubles(node.get("values")));
    }
    if (node.has("pair") && node.get("pair").size() == 2) {
      return new Measured.Pair(number(node.get("pair").get(0)), number(node.get("pair").get(1)));
    }
    if (node.has("missing")) {
      return new Measured.Missing(text(node, "missing"));
    }
    if (node.has("unusable")) {
      return new Measured.Unusable(text(node, "unusable"));
    }
    throw malformed("a metric shows nothing");
  }

  private Spread spread(JsonNode array) {
    return new Spread(
        list(
            array,
            bucket -> {
              List<Double> parts = doubles(bucket);
              if (parts.size() != 3) {
                throw malformed("a bucket is two boundaries and a count");
              }
              return new Spread.Bucket(parts.get(0), parts.get(1), parts.get(2));
            }));
  }

  private Exhibit checked(Exhibit exhibit) {
    Trial known = trial;
    if (known == null) {
      throw malformed("the trial line must come first");
    }
    boolean unknown =
        switch (exhibit) {
          case ClosedWindow window ->
              window.shown().stream().anyMatch(s -> isUnknown(s.metric(), known));
          case Moment moment -> isUnknown(moment.shown().metric(), known);
        };
    if (unknown) {
      throw malformed("it shows a metric that the trial does not have");
    }
    return exhibit;
  }

  private static boolean isUnknown(int metric, Trial trial) {
    return metric < 0 || metric >= trial.metrics().size();
  }

  private JsonNode need(JsonNode node, String field) {
    JsonNode value = node.get(field);
    if (value == null || value.isNull()) {
      throw malformed("the field " + field + " is missing");
    }
    return value;
  }

  private String text(JsonNode node, String field) {
    return need(node, field).asText();
  }

  private long count(JsonNode node) {
    if (!node.isIntegralNumber() || node.longValue() < 0) {
      throw malformed("'%s' is no count".formatted(node));
    }
    return node.longValue();
  }

  private double number(JsonNode node) {
    if (node.isNumber()) {
      return node.doubleValue();
    }
    return switch (node.asText()) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> throw malformed("'%s' is no number".formatted(node));
    };
  }

  private List<Double> doubles(JsonNode array) {
    return list(array, this::number);
  }

  private static <T> List<T> list(JsonNode array, Function<JsonNode, T> each) {
    List<T> values = new ArrayList<>();
    array.forEach(node -> values.add(each.apply(node)));
    return values;
  }

  private RolloutRecord.Malformed malformed(String what) {
    return new RolloutRecord.Malformed(
        "line %d of the record cannot be read: %s".formatted(number, what));
  }
}
