package dev.palinode.analysis;

import dev.palinode.analysis.Exhibit.Moment;
import dev.palinode.analysis.Exhibit.Shown;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Evaluates one metric's query, or its pair of queries, at each moment that is due. */
final class MomentReader {
  /** Moments evaluated in one look, so that catching up after a restart does not hold up others. */
  private static final int AT_ONCE = 120;

  private final int metric;
  private final String query;
  private final @Nullable String baseline;
  private final Duration step;
  private Instant evaluated;
  private boolean behind;

  private MomentReader(
      int metric, String query, @Nullable String baseline, Duration step, Instant start) {
    this.metric = metric;
    this.query = query;
    this.baseline = baseline;
    this.step = step;
    this.evaluated = start;
  }

  /** Of a metric that is read at moments and can be asked; those after the start are. */
  static Optional<MomentReader> of(int index, Metric metric, Instant start, GateSettings settings) {
    String query = metric.query();
    String gauge = metric.gauge();
    if (!TemplateProblems.of(metric).isEmpty()) {
      return Optional.empty();
    }
    if (query != null) {
      return Optional.of(new MomentReader(index, query, null, settings.interval(), start));
    }
    return gauge == null
        ? Optional.empty()
        : Optional.of(new MomentReader(index, gauge, metric.baseline(), settings.window(), start));
  }

  Duration step() {
    return step;
  }

  /** True while moments are due that were not looked at. */
  boolean isBehind() {
    return behind;
  }

  /** Evaluates what is due; answers why the store could not be read, if so. */
  Optional<String> read(MetricSource source, Arms arms, Instant upTo, Consumer<Moment> judge) {
    for (int i = 0; i < AT_ONCE && !evaluated.plus(step).isAfter(upTo); i++) {
      Instant next = evaluated.plus(step);
      Answer<List<Sample>> first = source.instant(QueryTemplate.fill(query, arms), next);
      if (first instanceof Answer.Unreadable<List<Sample>>(var reason)) {
        return Optional.of(reason);
      }
      Measured measured = one(first);
      if (baseline != null && measured instanceof Measured.Value(var candidate)) {
        Answer<List<Sample>> second = source.instant(QueryTemplate.fill(baseline, arms), next);
        if (second instanceof Answer.Unreadable<List<Sample>>(var reason)) {
          return Optional.of(reason);
        }
        measured =
            one(second) instanceof Measured.Value(var stable)
                ? new Measured.Pair(candidate, stable)
                : one(second);
      }
      judge.accept(new Moment(next, new Shown(metric, measured)));
      evaluated = next;
    }
    behind = !evaluated.plus(step).isAfter(upTo);
    return Optional.empty();
  }

  private static Measured one(Answer<List<Sample>> answer) {
    return switch (answer) {
      case Answer.Known<List<Sample>>(var values) when values.isEmpty() ->
          new Measured.Missing("the query gives no value");
      case Answer.Known<List<Sample>>(var values) when values.size() > 1 ->
          new Measured.Unusable(
              "the query gives %d series; make it one with sum() or max()"
                  .formatted(values.size()));
      case Answer.Known<List<Sample>>(var values) -> new Measured.Value(values.getFirst().value());
      case Answer.Refused<List<Sample>>(var reason) -> new Measured.Unusable(reason);
      case Answer.Unreadable<List<Sample>>(var reason) -> new Measured.Missing(reason);
    };
  }
}
