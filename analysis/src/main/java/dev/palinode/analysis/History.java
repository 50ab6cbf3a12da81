package dev.palinode.analysis;

import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Ratio;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the time before a rollout tells about its metrics, by one question for all of them. Its size
 * is bounded: a value per minute, pod and counter, over a day, or over six hours if there are
 * histograms.
 */
final class History {
  private static final Duration STEP = Duration.ofMinutes(1);
  private static final Duration DAY = Duration.ofHours(24);
  private static final Duration SIX_HOURS = Duration.ofHours(6);

  /** The label that tells the parts of the answer apart. */
  private static final String PART = "palinode_part";

  private final List<Metric> metrics;
  private final GateSettings settings;

  History(List<Metric> metrics, GateSettings settings) {
    this.metrics = metrics;
    this.settings = settings;
  }

  /** Asks the store about the time before {@code start}. */
  Answer<List<Calibration>> read(MetricSource source, Arms arms, Instant start) {
    String query = query(arms);
    if (query.isEmpty()) {
      return new Answer.Known<>(assumed("there is nothing to measure it by"));
    }
    return switch (source.range(query, start.minus(reach()), start, STEP)) {
      case Answer.Known<List<Series>>(var series) -> new Answer.Known<>(calibrations(series));
      case Answer.Refused<List<Series>>(var reason) -> new Answer.Known<>(assumed(reason));
      case Answer.Unreadable<List<Series>>(var reason) -> new Answer.Unreadable<>(reason);
    };
  }

  List<Calibration> assumed(String why) {
    return metrics.stream().map(_ -> Calibration.assumed(settings.podVariation(), why)).toList();
  }

  private Duration reach() {
    return metrics.stream().anyMatch(m -> m.histogram() != null) ? SIX_HOURS : DAY;
  }

  /** All parts joined; empty if no metric has a past to learn from. */
  String query(Arms arms) {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < metrics.size(); i++) {
      Metric metric = metrics.get(i);
      Ratio ratio = metric.ratio();
      String histogram = metric.histogram();
      String baseline = metric.baseline();
      if (metric.provider() != null || !TemplateProblems.of(metric).isEmpty()) {
        continue;
      }
      if (ratio != null) {
        parts.add(part(i + "/bad", "sum by (pod) (" + byPod(ratio.bad(), arms) + ")"));
        parts.add(part(i + "/all", "sum by (pod) (" + byPod(ratio.total(), arms) + ")"));
      } else if (histogram != null && !isNative(histogram)) {
        parts.add(part(i + "/le", "sum by (pod, le) (" + byPod(histogram, arms) + ")"));
      } else if (baseline != null && metric.mode() == null) {
        parts.add(part(i + "/gauge", QueryTemplate.fill(baseline, arms)));
      }
    }
    return String.join(" or ", parts);
  }

  private static String part(String name, String expression) {
    return "label_replace((%s), \"%s\", \"%s\", \"\", \"\")".formatted(expression, PART, name);
  }

  /** Only a pod's own view tells one pod from another. */
  private static String byPod(String text, Arms arms) {
    Selector selector = Selector.parse(text);
    return ArmSelectors.text(
        selector.on("reporter").isEmpty() ? selector.and("reporter", "=", "destination") : selector,
        arms);
  }

  private List<Calibration> calibrations(List<Series> answer) {
    Map<String, List<Series>> parts =
        answer.stream().collect(Collectors.groupingBy(s -> s.labels().getOrDefault(PART, "")));
    List<Calibration> calibrations = new ArrayList<>();
    for (int i = 0; i < metrics.size(); i++) {
      Metric metric = metrics.get(i);
      String histogram = metric.histogram();
      List<Series> bad = parts.getOrDefault(i + "/bad", List.of());
      List<Series> all = parts.getOrDefault(i + "/all", List.of());
      List<Series> buckets = parts.getOrDefault(i + "/le", List.of());
      List<Series> gauge = parts.getOrDefault(i + "/gauge", List.of());
      if (metric.provider() != null) {
        calibrations.add(
            Calibration.assumed(settings.podVariation(), "the past of a provider is not read"));
        continue;
      }
      calibrations.add(
          metric.ratio() != null
              ? ofRatio(bad, all)
              : histogram != null ? ofHistogram(histogram, buckets) : ofGauge(gauge));
    }
    return calibrations;
  }

  /** Its buckets are no series that could be asked for by the minute. */
  private static boolean isNative(String histogram) {
    return !Selector.parse(histogram).metric().endsWith("_bucket");
  }

  private Calibration ofRatio(List<Series> bad, List<Series> all) {
    PodHistory history = new PodHistory();
    Map<String, TreeMap<Long, Double>> events = byPodAndMinute(bad);
    byPodAndMinute(all)
        .forEach((pod, minutes) ->
            minutes.forEach((minute, requests) ->
                history.add(
                    pod,
                    minute,
                    events.getOrDefault(pod, new TreeMap<>()).getOrDefault(minute, 0.0),
                    requests)));
    List<Double> before =
        history.requests() > 0 ? List.of(history.events(), history.requests()) : List.of();
    return history
        .luck()
        .map(luck -> measured(luck.variation(), luck.noise(), List.of(), before))
        .orElseGet(() -> thin(List.of(), before));
  }

  private Calibration measured(
      double variation, Duration noise, List<Double> edges, List<Double> before) {
    return new Calibration(
        variation,
        noise,
        "pods vary by %s over %d s, measured over %d h before"
            .formatted(Evidence.rounded(variation), noise.toSeconds(), reach().toHours()),
        edges,
        before);
  }

  private Calibration thin(List<Double> edges, List<Double> before) {
    Calibration assumed =
        Calibration.assumed(
            settings.podVariation(), "the past has too few events or pods to measure it");
    return new Calibration(
        assumed.podVariation(), assumed.noise(), assumed.source(), edges, before);
  }

  /** Growth of a cumulative counter by minute; a minute in which it fell is left out. */
  private static Map<String, TreeMap<Long, Double>> byPodAndMinute(List<Series> counters) {
    Map<String, TreeMap<Long, Double>> all = new HashMap<>();
    for (Series series : counters) {
      TreeMap<Long, Double> minutes = new TreeMap<>();
      Sample last = null;
      for (Sample sample : series.samples()) {
        if (last != null
            && sample.value() >= last.value()
            && !Duration.between(last.at(), sample.at()).minus(STEP).isPositive()) {
          minutes.put(sample.at().getEpochSecond() / 60, sample.value() - last.value());
        }
        last = sample;
      }
      all.put(series.labels().getOrDefault("pod", ""), minutes);
    }
    return all;
  }

  private Calibration ofHistogram(String selector, List<Series> buckets) {
    if (isNative(selector)) {
      return Calibration.assumed(
          settings.podVariation(), "the past of a native histogram is not read");
    }
    TreeMap<Double, List<Series>> byEdge = new TreeMap<>();
    for (Series series : buckets) {
      edge(series).ifPresent(e -> byEdge.computeIfAbsent(e, _ -> new ArrayList<>()).add(series));
    }
    if (byEdge.size() < 3 || !Double.isInfinite(byEdge.lastKey())) {
      return thin(List.of(), List.of());
    }
    List<Double> edges = List.copyOf(byEdge.keySet());
    List<Map<String, TreeMap<Long, Double>>> cumulated =
        byEdge.values().stream().map(History::byPodAndMinute).toList();
    Map<String, TreeMap<Long, Double>> all = cumulated.getLast();
    List<PodHistory> above = cumulated.stream().map(below -> above(below, all)).toList();
    double requests = above.getFirst().requests();
    List<Double> before = new ArrayList<>();
    double slower = requests;
    for (PodHistory each : above) {
      before.add(Math.max(0, slower - each.events()));
      slower = each.events();
    }
    return luck(above, requests, edges, before);
  }

  private static OptionalDouble edge(Series series) {
    String le = series.labels().getOrDefault("le", "");
    try {
      return OptionalDouble.of(
          le.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(le));
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }

  /** Requests above an edge, as events among all. */
  private static PodHistory above(
      Map<String, TreeMap<Long, Double>> below, Map<String, TreeMap<Long, Double>> all) {
    PodHistory history = new PodHistory();
    all.forEach((pod, minutes) ->
        minutes.forEach((minute, requests) -> {
          Double faster = below.getOrDefault(pod, new TreeMap<>()).get(minute);
          if (faster != null) {
            history.add(pod, minute, Math.max(0, requests - faster), requests);
          }
        }));
    return history;
  }

  /**
   * The largest inflation of the edges near p50, p90 and p99, expressed as a variation at the one
   * near p90, since that is where {@link HistogramMetric} reckons with it.
   */
  private Calibration luck(
      List<PodHistory> above, double requests, List<Double> edges, List<Double> before) {
    Optional<PodHistory.Luck> worst =
        Stream.of(0.5, 0.1, 0.01)
            .flatMap(share -> nearest(above, requests, share).luck().stream())
            .reduce((a, b) -> a.weight() >= b.weight() ? a : b);
    double upper = nearest(above, requests, 0.1).luck().map(PodHistory.Luck::events).orElse(0.0);
    return worst
        .filter(_ -> upper > 0)
        .map(luck ->
            measured(
                StrictMath.sqrt(luck.weight() / (upper * luck.noise().toSeconds())),
                luck.noise(),
                edges,
                before))
        .orElseGet(() -> thin(edges, before));
  }

  private static PodHistory nearest(List<PodHistory> above, double requests, double share) {
    return above.stream()
        .limit(above.size() - 1L)
        .min(
            Comparator.comparingDouble(
                h -> Math.abs(StrictMath.log((h.events() + 1) / (requests * share + 1)))))
        .orElseThrow();
  }

  /** Correlation of successive values, one window apart. */
  private Calibration ofGauge(List<Series> gauge) {
    double[] values =
        gauge.size() == 1
            ? gauge.getFirst().samples().stream()
                .mapToDouble(Sample::value)
                .filter(Double::isFinite)
                .toArray()
            : new double[0];
    if (values.length < 30) {
      return thin(List.of(), List.of());
    }
    double perMinute = Math.max(0, correlation(values));
    double perWindow =
        StrictMath.pow(perMinute, settings.window().toMillis() / (double) STEP.toMillis());
    return new Calibration(
        settings.podVariation(), Dispersion.NOISE, "", List.of(), List.of(perWindow));
  }

  private static double correlation(double[] values) {
    double mean = Arrays.stream(values).average().orElse(0);
    double squares = 0;
    double products = 0;
    for (int i = 0; i < values.length; i++) {
      squares += (values[i] - mean) * (values[i] - mean);
      products += i == 0 ? 0 : (values[i] - mean) * (values[i - 1] - mean);
    }
    return squares == 0 ? 0 : products / squares;
  }
}
