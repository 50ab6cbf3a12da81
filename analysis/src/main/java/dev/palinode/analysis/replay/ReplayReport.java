package dev.palinode.analysis.replay;

import dev.palinode.analysis.WindowCounts;
import dev.palinode.analysis.picture.Svg;
import dev.palinode.analysis.picture.TextChart;
import dev.palinode.analysis.replay.Replay.Outcome;
import dev.palinode.analysis.replay.Replay.Result;
import dev.palinode.analysis.replay.Rule.Answer;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** A replay as people and programs read it. */
public final class ReplayReport {
  private static final String ROW = "%-9s %-13s %-8s %10s %8s %9s  %s%n";

  private ReplayReport() {}

  /** What was replayed, a table with one row per rule, and a drawing. */
  public static String text(Result result) {
    StringBuilder out = new StringBuilder();
    Recording recording = result.recording();
    WindowCounts sum = sum(recording);
    out.append(
        "%d windows, %s from %s to %s%n"
            .formatted(
                recording.windows().size(),
                Words.time(recording.length()),
                recording.time(Duration.ZERO),
                recording.time(recording.length())));
    out.append(
        "canary %d requests, %d bad (%s); stable %d, %d bad (%s)%n"
            .formatted(
                sum.candidate(),
                sum.candidateBad(),
                Words.percent(Interval.share(sum.candidateBad(), sum.candidate())),
                sum.stable(),
                sum.stableBad(),
                Words.percent(Interval.share(sum.stableBad(), sum.stable()))));
    out.append(weight(recording, sum)).append("\n");
    out.append(
        String.format(
            Locale.ROOT, ROW, "rule", "does", "after", "requests", "bad", "E-value", "why"));
    for (Outcome o : result.outcomes()) {
      out.append(
          String.format(
              Locale.ROOT,
              ROW,
              o.rule(),
              does(o.answer()),
              o.at().map(Words::time).orElse("-"),
              o.requests(),
              o.badRequests(),
              o.logEvidence().isPresent() ? Words.number(eValue(o.logEvidence())) : "-",
              o.words()));
    }
    out.append("(requests and bad ones are the canary's, until then)\n\n");
    return out.append(TextChart.of(ReplayCharts.evidence(result))).toString();
  }

  private static String weight(Recording recording, WindowCounts sum) {
    long all = sum.candidate() + sum.stable();
    String served = "the canary served " + Words.percent(Interval.share(sum.candidate(), all));
    if (recording.weights().isEmpty()) {
      return served + " of all requests\n";
    }
    List<String> told =
        recording.weights().stream()
            .map(w -> "%s%% from %s".formatted(Words.number(w.percent()), recording.time(w.at())))
            .toList();
    return served + "; its weight was " + String.join(", ", told) + "\n";
  }

  static String does(Answer answer) {
    return switch (answer) {
      case FAIL -> "rolls back";
      case PASS -> "promotes";
      case INCONCLUSIVE -> "waits";
      case INVALID -> "distrusts";
    };
  }

  /**
   * Rule to verdict, time (as the recording writes it; null without a decision before the end),
   * seconds since the start, requests and badRequests of the canary until then, eValue (null for
   * others than ours), reason.
   */
  public static Map<String, Map<String, @Nullable Object>> tree(Result result) {
    Map<String, Map<String, @Nullable Object>> rules = new LinkedHashMap<>();
    for (Outcome o : result.outcomes()) {
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      fields.put("verdict", verdict(o.answer()));
      fields.put("time", o.at().map(at -> time(result.recording(), at)).orElse(null));
      fields.put("seconds", o.at().map(at -> at.toMillis() / 1e3).orElse(null));
      fields.put("requests", o.requests());
      fields.put("badRequests", o.badRequests());
      fields.put("eValue", o.logEvidence().isPresent() ? eValue(o.logEvidence()) : null);
      fields.put("reason", o.words());
      rules.put(o.rule(), fields);
    }
    return rules;
  }

  private static Object time(Recording recording, Duration at) {
    String text = recording.time(at);
    return switch (recording.scale()) {
      case SECONDS -> new BigDecimal(text);
      case RFC_3339 -> text;
    };
  }

  private static String verdict(Answer answer) {
    return switch (answer) {
      case FAIL -> "Fail";
      case PASS -> "Pass";
      case INCONCLUSIVE -> "Inconclusive";
      case INVALID -> "Invalid";
    };
  }

  public static String svg(Result result) {
    return Svg.of(
        "What each rule would have done",
        List.of(ReplayCharts.evidence(result), ReplayCharts.shares(result)));
  }

  /** JSON knows no infinity. */
  private static double eValue(OptionalDouble log) {
    return Math.min(Math.exp(log.orElse(0)), Double.MAX_VALUE);
  }

  private static WindowCounts sum(Recording recording) {
    long[] sums = new long[4];
    for (Window window : recording.windows()) {
      sums[0] += window.counts().candidate();
      sums[1] += window.counts().candidateBad();
      sums[2] += window.counts().stable();
      sums[3] += window.counts().stableBad();
    }
    return new WindowCounts(sums[0], sums[1], sums[2], sums[3]);
  }
}
