package dev.palinode.bench;

import dev.palinode.analysis.Answer;
import dev.palinode.analysis.Arms;
import dev.palinode.analysis.MetricSource;
import dev.palinode.analysis.Sample;
import dev.palinode.analysis.Series;
import dev.palinode.bench.Scenario.Rough;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The raw samples of one replicate of a scenario, as a metric store holds them (layer L2): a pair
 * of counters per pod, each pod scraped every fifteen seconds at a moment of its own, scrapes that
 * fail, counters that start anew, samples that come late. What is judged is what the reader makes
 * of them.
 */
final class SampleStream implements MetricSource {
  static final Instant START = Instant.parse("2026-01-01T12:00:00Z");
  private static final String HASH = "7f9c2d41";
  private static final long SCRAPE = Scenario.WINDOW.toMillis();
  private static final int SCRAPES = Scenario.WINDOWS + 4;
  private static final int BEFORE = 8;
  private static final int MINUTES = 1440;
  private static final int SCRAPES_A_LIFE = 20;

  /** One pod's counters: times in milliseconds, and what each scrape showed. */
  private record Pod(String name, List<Sample> all, List<Sample> bad) {}

  private final Scenario scenario;
  private final String service;
  private final Dice dice;
  private final List<Pod> pods = new ArrayList<>();
  private final List<Series> history;
  private Instant clock = Instant.MIN;

  SampleStream(Scenario scenario, String service, int replicate) {
    this.scenario = scenario;
    this.service = service;
    this.dice = new Dice("samples-" + scenario.name(), replicate);
    this.history = day();
    double each = scenario.rate() * (1 - scenario.weight()) / scenario.stablePods();
    arms().stablePods().forEach(name -> pods.add(pod(name, -BEFORE, each, 0)));
    double candidates = scenario.rate() * scenario.weight() / scenario.canaryPods();
    arms().candidatePods().forEach(name -> pods.add(pod(name, 0, candidates, scenario.shift())));
  }

  Arms arms() {
    return new Arms(
        "shop",
        service,
        HASH,
        service + "-" + HASH + "-",
        names(service + "-" + HASH + "-", scenario.canaryPods()),
        names(service + "-55d6c7f8-", scenario.stablePods()));
  }

  private static List<String> names(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
  }

  /** Nothing newer is visible, and with {@code LAG} nothing of the last minute. */
  void at(Instant now) {
    clock = scenario.rough() == Rough.LAG ? now.minusSeconds(60) : now;
  }

  private Pod pod(String name, int first, double rate, double shift) {
    List<Sample> all = new ArrayList<>();
    List<Sample> bad = new ArrayList<>();
    long phase = (long) (dice.uniform() * SCRAPE);
    long total = 0;
    long failed = 0;
    double luck = 1;
    int life = (int) (dice.uniform() * SCRAPES_A_LIFE);
    for (int i = first; i < SCRAPES; i++) {
      double time = (i * SCRAPE + phase) / 1e3;
      if (Math.floorMod(i, 4) == 0) {
        luck = dice.luck(scenario.podVariation() * scenario.podVariation());
      }
      double mean = rate * SCRAPE / 1e3 * scenario.swing(time);
      double extra = time >= scenario.onset().toSeconds() ? shift : 0;
      double warm = shiftsArm(name) ? scenario.warmUp(time) : 1;
      double share = Math.min(1, (scenario.stable() * scenario.burst(time) * warm + extra) * luck);
      long badNow = dice.poisson(mean * share);
      total += badNow + dice.poisson(mean * (1 - share));
      failed += badNow;
      if (scenario.rough() == Rough.RESETS && ++life % SCRAPES_A_LIFE == 0) {
        // It died between two scrapes: what came since the last one is lost, and a part is new.
        double kept = dice.uniform();
        failed = dice.thinned(badNow, kept);
        total = failed + (long) (kept * mean * (1 - share));
      }
      if (scenario.rough() == Rough.GAPS && dice.uniform() < 0.2) {
        continue;
      }
      Instant at = START.plusMillis(i * SCRAPE + phase);
      all.add(new Sample(at, total - failed));
      if (failed > 0 || !bad.isEmpty()) {
        bad.add(new Sample(at, failed));
      }
    }
    return new Pod(name, all, bad);
  }

  private boolean shiftsArm(String pod) {
    return pod.startsWith(arms().candidatePodPrefix());
  }

  /** What each stable pod did in the day before, by the minute. */
  private List<Series> day() {
    List<Series> series = new ArrayList<>();
    double mean = scenario.rate() * (1 - scenario.weight()) / scenario.stablePods() * 60;
    double variance = scenario.podVariation() * scenario.podVariation();
    Instant from = START.minus(Duration.ofDays(1));
    for (String pod : arms().stablePods()) {
      List<Sample> all = new ArrayList<>();
      List<Sample> bad = new ArrayList<>();
      long total = 0;
      long failed = 0;
      for (int minute = 0; minute < MINUTES; minute++) {
        failed += dice.poisson(mean * scenario.stable() * dice.luck(variance));
        total += Math.round(mean);
        Instant at = from.plusSeconds(60L * minute);
        all.add(new Sample(at, total));
        bad.add(new Sample(at, failed));
      }
      series.add(new Series(Map.of("pod", pod, "palinode_part", "0/all"), all));
      series.add(new Series(Map.of("pod", pod, "palinode_part", "0/bad"), bad));
    }
    return series;
  }

  @Override
  public Answer<List<Series>> samples(String selector, Instant end, Duration window) {
    List<Series> found = new ArrayList<>();
    boolean all = !selector.contains("response_code=~\"5");
    for (Pod pod : pods) {
      if (all) {
        add(found, pod.name(), "200", pod.all(), end, window);
      }
      add(found, pod.name(), "503", pod.bad(), end, window);
    }
    return new Answer.Known<>(found);
  }

  private void add(
      List<Series> found,
      String pod,
      String code,
      List<Sample> from,
      Instant end,
      Duration window) {
    Instant newest = end.isBefore(clock) ? end : clock;
    List<Sample> inside =
        from.subList(after(from, end.minus(window)), Math.max(0, after(from, newest)));
    if (!inside.isEmpty()) {
      found.add(new Series(labels(pod, code), inside));
    }
  }

  private Map<String, String> labels(String pod, String code) {
    return Map.of(
        "__name__",
        "istio_requests_total",
        "reporter",
        "destination",
        "destination_service_namespace",
        "shop",
        "destination_service_name",
        service,
        "pod",
        pod,
        "instance",
        pod,
        "response_code",
        code);
  }

  /** Index of the first sample after the moment. */
  private static int after(List<Sample> samples, Instant moment) {
    int low = 0;
    int high = samples.size();
    while (low < high) {
      int middle = (low + high) / 2;
      if (samples.get(middle).at().isAfter(moment)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  @Override
  public Answer<List<Sample>> instant(String query, Instant at) {
    return new Answer.Known<>(List.of());
  }

  @Override
  public Answer<List<Series>> range(String query, Instant from, Instant to, Duration step) {
    return new Answer.Known<>(history);
  }
}
