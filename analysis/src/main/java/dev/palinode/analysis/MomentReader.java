package dev.palinode.analysis;

import dev.palinode.analysis.Exhibit.Moment;
import dev.palinode.analysis.Exhibit.Shown;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.MetricProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Evaluates one metric's query, or its pair of queries, at each moment that is due. */
final class MomentReader {
  /** Moments evaluated in one look, so that catching up after a restart does not hold up others. */
  private static final int AT_ONCE = 120;

  private final int metric;
  private final Metric spec;
  private final MomentQuery query;
  private final Duration usual;
  private Instant evaluated;
  private boolean behind;

  private MomentReader(
      int metric, Metric spec, MomentQuery query, Duration usual, Instant evaluated) {
    this.metric = metric;
    this.spec = spec;
    this.query = query;
    this.usual = usual;
    this.evaluated = evaluated;
  }

  /**
   * Of a metric that is read at moments and can be asked.
   *
   * @param evaluated the last moment that was
   */
  static Optional<MomentReader> of(
      int index, Metric metric, Instant evaluated, GateSettings settings) {
    if (!TemplateProblems.of(metric).isEmpty()) {
      return Optional.empty();
    }
    Duration usual = metric.query() != null ? settings.interval() : settings.window();
    return MomentQuery.of(metric)
        .map(query -> new MomentReader(index, metric, query, usual, evaluated));
  }

  /** The last moment that was evaluated. */
  Instant evaluated() {
    return evaluated;
  }

  /** True while moments are due that were not looked at. */
  boolean isBehind() {
    return behind;
  }

  /** True if its next moment comes in less than this after its last. */
  boolean isSoonerThan(Duration span, Judge judge) {
    return judge.untilNext(metric, usual).filter(wait -> wait.compareTo(span) < 0).isPresent();
  }

  /** Evaluates what is due; answers why the store could not be read, if so. */
  Optional<String> read(
      MetricSource source,
      Providers providers,
      Arms arms,
      RouteWeight told,
      Instant upTo,
      Judge judge,
      Consumer<Moment> show) {
    if (query.isOver(arms, told)) {
      evaluated = evaluated.isBefore(upTo) ? upTo : evaluated;
      behind = false;
      return Optional.empty();
    }
    Optional<Instant> next = due(judge, upTo);
    for (int i = 0; i < AT_ONCE && next.isPresent(); i++) {
      switch (query.ask(store(source, providers, arms, next.get()), arms, told)) {
        case Answer.Known<Measured>(var measured) ->
            show.accept(new Moment(next.get(), new Shown(metric, measured)));
        case Answer.Refused<Measured>(var reason) ->
            show.accept(new Moment(next.get(), new Shown(metric, new Measured.Unusable(reason))));
        case Answer.Unreadable<Measured>(var reason) -> {
          return Optional.of(reason);
        }
      }
      evaluated = next.get();
      next = due(judge, upTo);
    }
    behind = next.isPresent();
    return Optional.empty();
  }

  private MomentQuery.Store store(MetricSource source, Providers providers, Arms arms, Instant at) {
    MetricProvider named = spec.provider();
    if (named == null) {
      return (_, query, _) -> source.instant(QueryTemplate.fill(query, arms), at);
    }
    Provider provider = providers.of(named);
    return (field, query, candidate) ->
        provider.value(
            new Inquiry(spec.name(), arms, candidate, Map.of(field, query), at.minus(usual), at));
  }

  private Optional<Instant> due(Judge judge, Instant upTo) {
    return judge.untilNext(metric, usual).map(evaluated::plus).filter(at -> !at.isAfter(upTo));
  }
}
