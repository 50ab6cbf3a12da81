package dev.palinode.analysis;

import dev.palinode.crds.AnalysisMode;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** What one metric asks at a moment, and how the answers become what its judge is shown. */
sealed interface MomentQuery {
  /** Of a query without rows. */
  String NO_VALUE = "the query gives no value";

  Pattern OF_STABLE = Pattern.compile("\\{\\{\\s*stable\\.");

  /** A query that gives one number. */
  record One(String query) implements MomentQuery {}

  /** A query whose rows all count, none of them included. */
  record Rows(String query) implements MomentQuery {}

  /** A gauge of both arms; nothing unless both have one. */
  record Both(String candidate, String stable) implements MomentQuery {}

  /** A gauge of both arms, NaN where one has none; at 100 % there is nothing to compare. */
  record Beside(String candidate, String stable) implements MomentQuery {}

  /** Empty for a metric that is read in windows. */
  static Optional<MomentQuery> of(Metric metric) {
    String query = metric.query();
    String gauge = metric.gauge();
    String baseline = metric.baseline();
    AnalysisMode mode = metric.mode();
    if (query != null) {
      return Optional.of(mode == null ? new One(query) : new Rows(query));
    }
    if (gauge == null || baseline == null) {
      return Optional.empty();
    }
    return Optional.of(mode == null ? new Both(gauge, baseline) : new Beside(gauge, baseline));
  }

  /**
   * Another tool's run is over where stable ends: those tools end theirs with the promotion, and an
   * answer about pods that are not there any more would count against the release.
   */
  default boolean isOver(Arms arms, RouteWeight told) {
    return switch (this) {
      case One _, Both _, Beside _ -> false;
      case Rows(var query) ->
          arms.alone() || (told.share() >= 1 && OF_STABLE.matcher(query).find());
    };
  }

  /** Who answers at a moment, about the candidate or about stable. */
  interface Store {
    Answer<List<Sample>> value(String field, String query, boolean candidate);
  }

  /** Asks; not known if any part could not be had. */
  default Answer<Measured> ask(Store store, Arms arms, RouteWeight told) {
    return switch (this) {
      case One(var query) ->
          as(store.value("query", query, true), rows -> one(rows, new Measured.Missing(NO_VALUE)));
      case Rows(var query) ->
          as(
              store.value("query", query, true),
              rows -> new Measured.Values(rows.stream().map(Sample::value).toList()));
      case Both(var candidate, var stable) ->
          pair(store, candidate, stable, new Measured.Missing(NO_VALUE));
      case Beside(var candidate, var stable) ->
          told.share() >= 1 || arms.alone() || arms.stablePods().isEmpty()
              ? new Answer.Known<>(new Measured.Missing("stable has no traffic to compare with"))
              : pair(store, candidate, stable, new Measured.Value(Double.NaN));
    };
  }

  private static Answer<Measured> as(
      Answer<List<Sample>> answer, Function<List<Sample>, Measured> form) {
    return switch (answer) {
      case Answer.Known<List<Sample>>(var rows) -> new Answer.Known<>(form.apply(rows));
      case Answer.Refused<List<Sample>>(var reason) -> new Answer.Refused<>(reason);
      case Answer.Unreadable<List<Sample>>(var reason) -> new Answer.Unreadable<>(reason);
    };
  }

  private static Measured one(List<Sample> rows, Measured without) {
    return switch (rows.size()) {
      case 0 -> without;
      case 1 -> new Measured.Value(rows.getFirst().value());
      default ->
          new Measured.Unusable(
              "the query gives %d series; make it one with sum() or max()".formatted(rows.size()));
    };
  }

  /** The second query is asked only when the first gave a number. */
  private static Answer<Measured> pair(
      Store store, String candidate, String stable, Measured without) {
    Answer<Measured> first = as(store.value("gauge", candidate, true), rows -> one(rows, without));
    if (!(first instanceof Answer.Known<Measured>(Measured.Value(var x)))) {
      return first;
    }
    Answer<Measured> second = as(store.value("gauge", stable, false), rows -> one(rows, without));
    return second instanceof Answer.Known<Measured>(Measured.Value(var y))
        ? new Answer.Known<>(new Measured.Pair(x, y))
        : second;
  }
}
