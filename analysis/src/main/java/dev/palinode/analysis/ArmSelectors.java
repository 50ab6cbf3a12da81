package dev.palinode.analysis;

import dev.palinode.analysis.Arms.Reporter;
import dev.palinode.analysis.Arms.Side;
import dev.palinode.analysis.Exhibit.Shown;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Ratio;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is asked of the store for one metric that is read in windows: both arms in one answer. */
sealed interface ArmSelectors {
  /** Index into the trial's metrics. */
  int metric();

  Set<String> all(Arms arms);

  /** What the metric showed in a window. */
  Measured measured(Map<String, Tally> tallies, Counters counters, Arms arms, Instant end);

  /** Bad requests among all. */
  record OfRatio(int metric, Selector bad, Selector total) implements ArmSelectors {
    @Override
    public Set<String> all(Arms arms) {
      return new LinkedHashSet<>(List.of(text(total, arms), text(bad, arms)));
    }

    @Override
    public Measured measured(
        Map<String, Tally> tallies, Counters counters, Arms arms, Instant end) {
      Reporter reporter = counters.reporter(text(total, arms), end);
      Tally of = tallies.getOrDefault(text(total, arms), new Tally());
      Tally among = tallies.getOrDefault(text(bad, arms), new Tally());
      return new Measured.Counts(
          new WindowCounts(
              of.count(reporter, Side.CANDIDATE),
              among.count(reporter, Side.CANDIDATE),
              of.count(reporter, Side.STABLE),
              among.count(reporter, Side.STABLE)));
    }
  }

  /** Latencies, as the pods themselves saw them unless the selector says otherwise. */
  record OfHistogram(int metric, Selector buckets) implements ArmSelectors {
    @Override
    public Set<String> all(Arms arms) {
      return Set.of(text(arms));
    }

    private String text(Arms arms) {
      Selector selector =
          buckets.on("reporter").isEmpty() ? buckets.and("reporter", "=", "destination") : buckets;
      return ArmSelectors.text(selector, arms);
    }

    @Override
    public Measured measured(
        Map<String, Tally> tallies, Counters counters, Arms arms, Instant end) {
      return BucketCounts.of(
          tallies.getOrDefault(text(arms), new Tally()), counters.reporter(text(arms), end));
    }
  }

  /** Those of the metrics that are read in windows and can be asked. */
  static List<ArmSelectors> of(List<Metric> metrics) {
    List<ArmSelectors> all = new ArrayList<>();
    for (int i = 0; i < metrics.size(); i++) {
      Ratio ratio = metrics.get(i).ratio();
      String histogram = metrics.get(i).histogram();
      if (metrics.get(i).provider() == null && TemplateProblems.of(metrics.get(i)).isEmpty()) {
        if (ratio != null) {
          all.add(new OfRatio(i, Selector.parse(ratio.bad()), Selector.parse(ratio.total())));
        } else if (histogram != null) {
          all.add(new OfHistogram(i, Selector.parse(histogram)));
        }
      }
    }
    return List.copyOf(all);
  }

  /** Why the metric's counters cannot be judged in a window, if so; else what they show. */
  default Shown shown(
      Map<String, Tally> tallies,
      Counters counters,
      Arms arms,
      Instant end,
      Optional<String> inseparable) {
    for (String selector : all(arms)) {
      if (!counters.isUsable(selector, end)) {
        String why = counters.distrust(selector).orElse("the store does not tell");
        return new Shown(metric(), new Measured.Unusable(why));
      }
    }
    return new Shown(
        metric(),
        inseparable
            .<Measured>map(Measured.Unusable::new)
            .orElseGet(() -> measured(tallies, counters, arms, end)));
  }

  /**
   * The selector for both arms in one answer. Requests that the client gave up (499) or that never
   * got an answer (0) say nothing about either arm.
   */
  static String text(Selector selector, Arms arms) {
    Selector service =
        selector
            .and("destination_service_namespace", "=", arms.serviceNamespace())
            .and("destination_service_name", "=", arms.serviceName())
            .and("response_code", "!~", "0|499");
    return (selector.on("reporter").isEmpty()
            ? service.and("reporter", "=~", "source|destination")
            : service)
        .toString();
  }
}
