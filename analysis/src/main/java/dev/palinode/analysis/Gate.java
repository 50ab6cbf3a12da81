package dev.palinode.analysis;

import dev.palinode.analysis.Arms.Reporter;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Range;
import dev.palinode.crds.AnalysisTemplateSpec.Ratio;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Judges one rollout. Every look closes the windows that are due, in order, each exactly once, and
 * adds their evidence; no chance of error is spent by looking often.
 *
 * <p>What it remembers is a cache: a new gate with the same {@code servedSince} reads the same raw
 * samples from the store, cuts them into the same aligned windows and comes to the same verdict, as
 * long as the store still has them, the arms are the same and none came late.
 *
 * <p>The release fails when the weighted mean of the critical metrics' evidence reaches 1/alpha.
 * Averaging is valid however the metrics depend on each other; multiplying would not be (Vovk and
 * Wang, E-values: calibration, combination and applications, Annals of Statistics 2021).
 */
public final class Gate {
  /** How much of the past one request reads while catching up. */
  private static final Duration CHUNK = Duration.ofMinutes(30);

  /** So many windows without a sample of the candidate, and its counters are stale. */
  private static final int STALE_WINDOWS = 3;

  private static final String TRAFFIC_BAD = BuiltInTemplates.REQUESTS + "{response_code=~\"5..\"}";

  private final double alpha;
  private final GateSettings settings;
  private final Duration window;
  private final Instant start;
  private final List<Question> questions;
  private final List<RatioMetric> ratios;
  private final List<RangeMetric> ranges;
  private final Map<RatioMetric, Double> weights;
  private final Counters counters;
  private final Traffic traffic;
  private Instant closed;
  private @Nullable String unreadable;

  /**
   * @param metrics those of all the rollout's templates
   * @param alpha bound on the chance that a healthy release is ever failed
   * @param servedSince when the candidate first got traffic
   */
  public Gate(List<Metric> metrics, double alpha, Instant servedSince, GateSettings settings) {
    if (!(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException("alpha lies between 0 and 1");
    }
    this.alpha = alpha;
    this.settings = settings;
    this.window = settings.window();
    this.start = floor(servedSince, window);
    this.closed = start;
    this.counters = new Counters(window, start);
    this.traffic = new Traffic(window, settings.scrapeInterval());
    this.questions = metrics.stream().map(this::admit).toList();
    this.ratios = only(RatioMetric.class);
    this.ranges = only(RangeMetric.class);
    this.weights = weights(ratios);
  }

  private <Q extends Question> List<Q> only(Class<Q> kind) {
    return questions.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private Question admit(Metric metric) {
    List<String> problems = TemplateProblems.of(metric);
    Ratio ratio = metric.ratio();
    String query = metric.query();
    Range range = metric.range();
    if (problems.isEmpty() && ratio != null) {
      return new RatioMetric(metric, ratio, settings.beta());
    }
    if (problems.isEmpty() && query != null && range != null) {
      return new RangeMetric(metric, query, range, start);
    }
    Evidence why = new Evidence(metric.name(), "", "", 0, String.join("; ", problems));
    return new Question.Unaskable(
        new MetricVerdict(metric.name(), metric.critical(), new Verdict.Invalid(why), 1));
  }

  /** Errors weigh half, latency three tenths, all others share the rest; they add up to one. */
  private static Map<RatioMetric, Double> weights(List<RatioMetric> ratios) {
    Map<String, List<RatioMetric>> kinds =
        ratios.stream().filter(r -> r.spec().critical()).collect(Collectors.groupingBy(Gate::kind));
    double sum = kinds.keySet().stream().mapToDouble(Gate::kindWeight).sum();
    Map<RatioMetric, Double> weights = new HashMap<>();
    kinds.forEach((kind, members) ->
        members.forEach(r -> weights.put(r, kindWeight(kind) / sum / members.size())));
    return weights;
  }

  private static String kind(RatioMetric ratio) {
    String name = ratio.spec().name();
    return name.equals("errors") || name.equals("latency") ? name : "";
  }

  private static double kindWeight(String kind) {
    return switch (kind) {
      case "errors" -> 0.5;
      case "latency" -> 0.3;
      default -> 0.2;
    };
  }

  /**
   * Reads what is due and says how things stand. Asks the store nothing when no window can be
   * closed yet.
   *
   * @param weightSince since when the candidate has its current weight; empty when it has none
   */
  public synchronized Reading look(
      MetricSource source, Arms arms, Optional<Instant> weightSince, Instant now) {
    Instant due = floor(now.minus(lag()), window);
    unreadable = null;
    while (unreadable == null && closed.isBefore(due)) {
      Instant upTo = earlier(due, closed.plus(CHUNK));
      Instant edge = upTo.equals(due) ? floor(now, settings.interval()) : upTo;
      unreadable = close(source, arms, upTo, edge, now).orElse(null);
    }
    Instant moment = floor(now.minus(lag()), settings.interval());
    for (RangeMetric range : ranges) {
      if (unreadable == null) {
        unreadable =
            range
                .advance(source, arms, moment, settings.interval(), traffic.candidateRequests())
                .orElse(null);
      }
    }
    return reading(arms, weightSince, now);
  }

  /** Closes every window up to a moment, or none when the store could not be read. */
  private Optional<String> close(
      MetricSource source, Arms arms, Instant upTo, Instant edge, Instant now) {
    Optional<String> failed = counters.read(source, arms, selectors(arms), closed, upTo, edge, now);
    if (failed.isPresent()) {
      return failed;
    }
    while (closed.isBefore(upTo)) {
      closed = closed.plus(window);
      step(arms, closed);
    }
    return Optional.empty();
  }

  private void step(Arms arms, Instant end) {
    Map<String, Tally> tallies = counters.take(end);
    Reporter reporter = counters.reporter(requests(arms), end);
    traffic.add(end, tally(tallies, requestsBad(arms)), tally(tallies, requests(arms)), reporter);
    for (RatioMetric ratio : ratios) {
      String bad = ratio.badSelector(arms);
      String total = ratio.totalSelector(arms);
      if (counters.isUsable(bad, end) && counters.isUsable(total, end)) {
        ratio.add(
            RatioMetric.counts(
                tally(tallies, bad), tally(tallies, total), counters.reporter(total, end)),
            window,
            arms,
            settings.podVariation());
      }
    }
    blame();
  }

  /** Fails the metric that carries the most evidence once the mean of all reaches 1/alpha. */
  private void blame() {
    double[] weighed =
        ratios.stream()
            .filter(r -> r.spec().critical())
            .mapToDouble(r -> r.logHarm() + Math.log(weight(r)))
            .toArray();
    if (weighed.length > 0 && LogSum.of(weighed) >= -Math.log(alpha)) {
      double most = Arrays.stream(weighed).max().orElseThrow();
      ratios.stream()
          .filter(r -> r.spec().critical() && r.logHarm() + Math.log(weight(r)) >= most)
          .forEach(r -> r.fail(alpha));
    }
    ratios.stream()
        .filter(r -> !r.spec().critical() && r.logHarm() >= -Math.log(alpha))
        .forEach(r -> r.fail(alpha));
  }

  private double weight(RatioMetric ratio) {
    return weights.getOrDefault(ratio, 0.0);
  }

  private Reading reading(Arms arms, Optional<Instant> weightSince, Instant now) {
    Optional<String> stale = stale(arms, weightSince);
    long requests = traffic.candidateRequests();
    List<MetricVerdict> each =
        questions.stream()
            .map(question ->
                switch (question) {
                  case RatioMetric ratio -> ratio.verdict(distrust(ratio, arms).or(() -> stale));
                  case RangeMetric range -> range.verdict(requests, stale);
                  case Question.Unaskable(var verdict) -> verdict;
                })
            .toList();
    return new Reading(
        RolloutVerdict.of(each, requests),
        weightSince.map(traffic::share),
        isFresh(arms) ? traffic.candidateRate() : Optional.empty(),
        weightSince.map(traffic::routeErrors).orElse(new RouteErrors(0, 0)),
        Optional.ofNullable(unreadable),
        each,
        closed,
        lag(),
        nextLook(now));
  }

  /** After a failed read, or with queries to evaluate, one interval on; else the next window. */
  private Instant nextLook(Instant now) {
    Duration step = unreadable == null && ranges.isEmpty() ? window : settings.interval();
    return floor(now.minus(lag()), step).plus(step).plus(lag());
  }

  private Optional<String> distrust(RatioMetric ratio, Arms arms) {
    Optional<String> distrust =
        counters
            .distrust(ratio.badSelector(arms))
            .or(() -> counters.distrust(ratio.totalSelector(arms)));
    if (distrust.isPresent()) {
      return distrust;
    }
    return !traffic.hasArms() && traffic.hasRoute()
        ? Optional.of(
            "requests are counted, but neither destination_canonical_revision at reporter=source"
                + " nor pod at reporter=destination tells the arms apart; add the label pod to the"
                + " scraped sidecars")
        : Optional.empty();
  }

  /** Silence of counters that were there before; a candidate that was never asked is not stale. */
  private Optional<String> stale(Arms arms, Optional<Instant> weightSince) {
    Duration patience = patience(arms);
    boolean weighted = weightSince.filter(t -> t.plus(patience).isBefore(closed)).isPresent();
    Optional<Instant> seen = counters.candidateSeen(requests(arms));
    return weighted && seen.isPresent() && !isFresh(arms)
        ? Optional.of(
            "the candidate has weight, but its counters have been silent since %s; see whether its pods are scraped"
                .formatted(seen.get()))
        : Optional.empty();
  }

  private boolean isFresh(Arms arms) {
    return counters
        .candidateSeen(requests(arms))
        .filter(seen -> !seen.isBefore(closed.minus(patience(arms))))
        .isPresent();
  }

  private Duration patience(Arms arms) {
    Duration gap = counters.candidateGap(requests(arms)).orElse(window);
    return (gap.compareTo(window) > 0 ? gap : window).multipliedBy(STALE_WINDOWS);
  }

  private Duration lag() {
    return settings.ingestionDelay().plus(counters.delay());
  }

  private Collection<String> selectors(Arms arms) {
    Set<String> selectors = new LinkedHashSet<>(List.of(requests(arms), requestsBad(arms)));
    for (RatioMetric ratio : ratios) {
      selectors.add(ratio.totalSelector(arms));
      selectors.add(ratio.badSelector(arms));
    }
    return selectors;
  }

  private static String requests(Arms arms) {
    return RatioMetric.ofService(Selector.parse(BuiltInTemplates.REQUESTS), arms).toString();
  }

  private static String requestsBad(Arms arms) {
    return RatioMetric.ofService(Selector.parse(TRAFFIC_BAD), arms).toString();
  }

  private static Tally tally(Map<String, Tally> tallies, String selector) {
    return tallies.getOrDefault(selector, new Tally());
  }

  private static Instant floor(Instant at, Duration step) {
    long length = step.toMillis();
    return Instant.ofEpochMilli(Math.floorDiv(at.toEpochMilli(), length) * length);
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }
}
