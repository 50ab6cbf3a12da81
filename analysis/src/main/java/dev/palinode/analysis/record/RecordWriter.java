package dev.palinode.analysis.record;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.analysis.Calibration;
import dev.palinode.analysis.Exhibit;
import dev.palinode.analysis.Exhibit.ClosedWindow;
import dev.palinode.analysis.Exhibit.Moment;
import dev.palinode.analysis.Exhibit.Shown;
import dev.palinode.analysis.Measured;
import dev.palinode.analysis.Recorder;
import dev.palinode.analysis.Spread;
import dev.palinode.analysis.Trial;
import dev.palinode.analysis.Verdict;
import dev.palinode.analysis.WindowCounts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Writes NDJSON: one line {@code {"trial":…}}, then one {@code {"window":…}} or {@code
 * {"moment":…}} per exhibit, and after each window {@code {"verdict":…}} with what the judge said.
 * Doubles are the shortest decimals that read back to the same bits; times are ISO 8601. A second
 * trial line means that the rollout was read again from its beginning; what stood before it is
 * superseded. A line {@code {"resumed":…}} means that it went on where the judge was once saved;
 * what stood after that point is superseded.
 */
public final class RecordWriter implements Recorder {
  static final int VERSION = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Appendable lines;

  /** Each line is appended with its end; the caller flushes and closes. */
  public RecordWriter(Appendable lines) {
    this.lines = lines;
  }

  @Override
  public void begin(Trial trial) {
    line("trial", trial(trial));
  }

  @Override
  public void resume(Trial trial, byte[] judge) {
    ObjectNode node = JSON.createObjectNode();
    node.set("trial", trial(trial));
    node.put("judge", judge);
    line("resumed", node);
  }

  private static ObjectNode trial(Trial trial) {
    ObjectNode node = JSON.createObjectNode();
    node.put("version", VERSION)
        .put("alpha", trial.alpha())
        .put("beta", trial.beta())
        .put("start", trial.start().toString())
        .put("window", trial.window().toString())
        .put("warmup", trial.warmup().toString())
        .put("onset", trial.onset().toString());
    node.set("metrics", JSON.valueToTree(trial.metrics()));
    ArrayNode calibrations = node.putArray("calibrations");
    for (Calibration each : trial.calibrations()) {
      ObjectNode calibration =
          calibrations
              .addObject()
              .put("podVariation", each.podVariation())
              .put("noise", each.noise().toString())
              .put("source", each.source());
      calibration.set("edges", doubles(each.edges()));
      calibration.set("before", doubles(each.before()));
    }
    return node;
  }

  @Override
  public void add(Exhibit exhibit) {
    switch (exhibit) {
      case ClosedWindow window -> line("window", window(window));
      case Moment(var at, var shown) -> line("moment", shown(shown).put("at", at.toString()));
    }
  }

  private static ObjectNode window(ClosedWindow window) {
    ObjectNode node = JSON.createObjectNode().put("end", window.end().toString());
    if (!Double.isNaN(window.weight())) {
      node.put("weight", window.weight());
    }
    window.weightSince().ifPresent(since -> node.put("weightSince", since.toString()));
    node.put("candidatePods", window.candidatePods())
        .put("stablePods", window.stablePods())
        .put("candidate", window.candidate())
        .put("stable", window.stable());
    ArrayNode metrics = node.putArray("metrics");
    window.shown().forEach(shown -> metrics.add(shown(shown)));
    window.silence().ifPresent(why -> node.put("silence", why));
    return node;
  }

  private static ObjectNode shown(Shown shown) {
    ObjectNode node = JSON.createObjectNode().put("metric", shown.metric());
    switch (shown.measured()) {
      case Measured.Counts(WindowCounts(var nc, var c, var nb, var b)) ->
          node.putArray("counts").add(nc).add(c).add(nb).add(b);
      case Measured.Buckets(var edges, var candidate, var stable) -> {
        node.set("edges", doubles(edges));
        node.set("candidate", longs(candidate));
        node.set("stable", longs(stable));
      }
      case Measured.Spreads(var candidate, var stable) -> {
        node.set("candidateSpread", spread(candidate));
        node.set("stableSpread", spread(stable));
      }
      case Measured.Value(var value) -> node.set("value", doubles(List.of(value)).get(0));
      case Measured.Values(var rows) -> node.set("values", doubles(rows));
      case Measured.Pair(var candidate, var stable) ->
          node.set("pair", doubles(List.of(candidate, stable)));
      case Measured.Missing(var reason) -> node.put("missing", reason);
      case Measured.Unusable(var reason) -> node.put("unusable", reason);
    }
    return node;
  }

  @Override
  public void verdict(ClosedWindow after, Verdict verdict, double logHarm) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("at", after.end().toString())
            .put("result", verdict.getClass().getSimpleName())
            .put("metric", verdict.evidence().metric())
            .put("reason", verdict.evidence().reason());
    node.set("logHarm", doubles(List.of(logHarm)).get(0));
    line("verdict", node);
  }

  /** Numbers; what JSON has no number for as a text: NaN, Infinity, -Infinity. */
  private static ArrayNode doubles(List<Double> values) {
    ArrayNode array = JSON.createArrayNode();
    for (double value : values) {
      if (Double.isFinite(value)) {
        array.add(value);
      } else {
        array.add(Double.toString(value));
      }
    }
    return array;
  }

  /** A bucket after the other, each as its left and right boundary and its count. */
  private static ArrayNode spread(Spread spread) {
    ArrayNode array = JSON.createArrayNode();
    for (Spread.Bucket each : spread.buckets()) {
      array.add(doubles(List.of(each.left(), each.right(), each.count())));
    }
    return array;
  }

  private static ArrayNode longs(List<Long> values) {
    ArrayNode array = JSON.createArrayNode();
    values.forEach(array::add);
    return array;
  }

  private void line(String kind, ObjectNode content) {
    ObjectNode node = JSON.createObjectNode();
    node.set(kind, content);
    try {
      lines.append(JSON.writeValueAsString(node)).append('\n');
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("plain values are always JSON", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
