package dev.palinode.analysis;

import dev.palinode.analysis.Exhibit.Shown;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Ratio;
import dev.palinode.crds.MetricProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A ratio whose counts a provider knows, read window by window, each window once. */
final class ProvidedCounts {
  private static final Counted NOBODY = new Counted(0, 0);

  private final int metric;
  private final String name;
  private final MetricProvider spec;
  private final Map<String, String> questions;
  private final Map<Instant, Measured> read = new HashMap<>();

  private ProvidedCounts(int metric, String name, MetricProvider spec, Ratio ratio) {
    this.metric = metric;
    this.name = name;
    this.spec = spec;
    this.questions = Map.of("bad", ratio.bad(), "total", ratio.total());
  }

  /** Those of the metrics that can be asked. */
  static List<ProvidedCounts> of(List<Metric> metrics) {
    List<ProvidedCounts> all = new ArrayList<>();
    for (int i = 0; i < metrics.size(); i++) {
      Metric metric = metrics.get(i);
      MetricProvider provider = metric.provider();
      Ratio ratio = metric.ratio();
      if (provider != null && ratio != null && TemplateProblems.of(metric).isEmpty()) {
        all.add(new ProvidedCounts(i, metric.name(), provider, ratio));
      }
    }
    return List.copyOf(all);
  }

  /** Asks about every window up to a moment; answers why one could not be read, if so. */
  Optional<String> read(
      Providers providers, Arms arms, Instant closed, Instant upTo, Duration window) {
    Provider provider = providers.of(spec);
    for (Instant end = closed.plus(window); !end.isAfter(upTo); end = end.plus(window)) {
      if (!read.containsKey(end)) {
        Answer<Counted> candidate = ask(provider, arms, true, end.minus(window), end);
        Answer<Counted> stable =
            candidate instanceof Answer.Known<Counted>
                ? ask(provider, arms, false, end.minus(window), end)
                : candidate;
        switch (both(candidate, stable)) {
          case Answer.Known<Measured>(var measured) -> read.put(end, measured);
          case Answer.Refused<Measured>(var reason) -> read.put(end, new Measured.Unusable(reason));
          case Answer.Unreadable<Measured>(var reason) -> {
            return Optional.of(reason);
          }
        }
      }
    }
    return Optional.empty();
  }

  /** An arm without pods had no request, and nobody need be asked. */
  private Answer<Counted> ask(
      Provider provider, Arms arms, boolean candidate, Instant from, Instant to) {
    Inquiry inquiry = new Inquiry(name, arms, candidate, questions, from, to);
    if (inquiry.pods().isEmpty()) {
      return new Answer.Known<>(NOBODY);
    }
    return switch (provider.counts(inquiry)) {
      case Answer.Known<Optional<Counted>>(var counted) ->
          counted
              .<Answer<Counted>>map(Answer.Known::new)
              .orElseGet(() ->
                  new Answer.Refused<>(
                      "the provider has no counts of %s in this window"
                          .formatted(candidate ? "the candidate" : "stable")));
      case Answer.Refused<Optional<Counted>>(var reason) -> new Answer.Refused<>(reason);
      case Answer.Unreadable<Optional<Counted>>(var reason) -> new Answer.Unreadable<>(reason);
    };
  }

  private static Answer<Measured> both(Answer<Counted> candidate, Answer<Counted> stable) {
    return switch (stable) {
      case Answer.Known<Counted>(var s) ->
          candidate instanceof Answer.Known<Counted>(var c)
              ? new Answer.Known<>(
                  new Measured.Counts(new WindowCounts(c.total(), c.bad(), s.total(), s.bad())))
              : new Answer.Refused<>("the candidate was not counted");
      case Answer.Refused<Counted>(var reason) -> new Answer.Refused<>(reason);
      case Answer.Unreadable<Counted>(var reason) -> new Answer.Unreadable<>(reason);
    };
  }

  /** What the window showed, which is then forgotten. */
  Shown take(Instant end) {
    Measured measured = read.remove(end);
    return new Shown(
        metric, measured == null ? new Measured.Unusable("the provider was not asked") : measured);
  }
}
