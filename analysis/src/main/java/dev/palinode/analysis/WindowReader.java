package dev.palinode.analysis;

import dev.palinode.analysis.Arms.Reporter;
import dev.palinode.analysis.Exhibit.ClosedWindow;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Reads the counters of one rollout and cuts them into closed windows, each exactly once. */
final class WindowReader {
  /** How much of the past one request reads while catching up. */
  private static final Duration CHUNK = Duration.ofMinutes(30);

  /** So many windows without a sample of the candidate, and its counters are stale. */
  private static final int STALE_WINDOWS = 3;

  private static final Selector REQUESTS = Selector.parse(BuiltInTemplates.REQUESTS);
  private static final Selector REQUESTS_BAD = REQUESTS.and("response_code", "=~", "5..");

  private final GateSettings settings;
  private final Duration window;
  private final List<ArmSelectors> asked;
  private final List<ProvidedCounts> provided;
  private final Counters counters;
  private final Traffic traffic;
  private final Optional<Instant> seenBefore;
  private Instant closed;

  /**
   * @param start of the rollout; series that were there by then count from their value
   * @param closed end of the last window that was judged before; else {@code start}
   * @param seenBefore when the candidate's counters were last seen before that
   */
  WindowReader(
      List<Metric> metrics,
      Instant start,
      Instant closed,
      Optional<Instant> seenBefore,
      GateSettings settings) {
    this.settings = settings;
    this.window = settings.window();
    this.asked = ArmSelectors.of(metrics);
    this.provided = ProvidedCounts.of(metrics);
    this.counters = new Counters(window, closed, start);
    this.traffic = new Traffic(window, settings.scrapeInterval());
    this.seenBefore = seenBefore;
    this.closed = closed;
  }

  /**
   * Hands out every window that is due, in order; answers why the store could not be read, if so.
   * Asks the store nothing when no window can be closed yet.
   */
  Optional<String> read(
      MetricSource source,
      Providers providers,
      Arms arms,
      RouteWeight weight,
      Instant now,
      Consumer<ClosedWindow> judge) {
    Instant due = floor(now.minus(lag()), window);
    while (closed.isBefore(due)) {
      Instant upTo = earlier(due, closed.plus(CHUNK));
      Instant edge = upTo.equals(due) ? floor(now, settings.interval()) : upTo;
      for (ProvidedCounts each : provided) {
        Optional<String> unread = each.read(providers, arms, closed, upTo, window);
        if (unread.isPresent()) {
          return unread;
        }
      }
      Optional<String> failed =
          counters.read(source, arms, selectors(arms), closed, upTo, edge, now);
      if (failed.isPresent()) {
        return failed;
      }
      while (closed.isBefore(upTo)) {
        closed = closed.plus(window);
        judge.accept(close(arms, weight));
      }
    }
    return Optional.empty();
  }

  private Map<String, Duration> selectors(Arms arms) {
    Map<String, Duration> selectors = new LinkedHashMap<>();
    selectors.put(ArmSelectors.text(REQUESTS, arms), Duration.ZERO);
    selectors.put(ArmSelectors.text(REQUESTS_BAD, arms), Duration.ZERO);
    for (ArmSelectors each : asked) {
      Duration warmup =
          switch (each) {
            case ArmSelectors.OfHistogram _ -> settings.warmup();
            case ArmSelectors.OfRatio _ -> Duration.ZERO;
          };
      each.all(arms).forEach(selector -> selectors.putIfAbsent(selector, warmup));
    }
    return selectors;
  }

  private ClosedWindow close(Arms arms, RouteWeight weight) {
    Map<String, Tally> tallies = counters.take(closed);
    String requests = ArmSelectors.text(REQUESTS, arms);
    String bad = ArmSelectors.text(REQUESTS_BAD, arms);
    Reporter reporter = counters.reporter(requests, closed);
    Tally total = tallies.getOrDefault(requests, new Tally());
    traffic.add(closed, tallies.getOrDefault(bad, new Tally()), total, reporter);
    boolean settled = weight.live().filter(since -> traffic.shows(closed, since)).isPresent();
    return new ClosedWindow(
        closed,
        settled ? weight.share() : Double.NaN,
        weight.since(),
        arms.candidatePods().size(),
        arms.stablePods().size(),
        total.count(reporter, Arms.Side.CANDIDATE),
        total.count(reporter, Arms.Side.STABLE),
        Stream.concat(
                asked.stream()
                    .map(each -> each.shown(tallies, counters, arms, closed, inseparable())),
                provided.stream().map(each -> each.take(closed)))
            .toList(),
        silence(arms, weight));
  }

  private Optional<String> inseparable() {
    return !traffic.hasArms() && traffic.hasRoute()
        ? Optional.of(
            "requests are counted, but neither destination_canonical_revision at reporter=source"
                + " nor pod at reporter=destination tells the arms apart; add the label pod to the"
                + " scraped sidecars")
        : Optional.empty();
  }

  /** Silence of counters that were there before; a candidate that was never asked is not stale. */
  Optional<String> silence(Arms arms, RouteWeight weight) {
    Duration patience = patience(arms);
    boolean weighted = weight.since().filter(t -> t.plus(patience).isBefore(closed)).isPresent();
    Optional<Instant> seen = candidateSeen(arms);
    return weighted && seen.isPresent() && !isFresh(arms)
        ? Optional.of(
            "the candidate has weight, but its counters have been silent since %s; see whether its pods are scraped"
                .formatted(seen.get()))
        : Optional.empty();
  }

  boolean isFresh(Arms arms) {
    return candidateSeen(arms)
        .filter(seen -> !seen.isBefore(closed.minus(patience(arms))))
        .isPresent();
  }

  Optional<Instant> candidateSeen(Arms arms) {
    return counters.candidateSeen(ArmSelectors.text(REQUESTS, arms)).or(() -> seenBefore);
  }

  private Duration patience(Arms arms) {
    Duration gap = counters.candidateGap(ArmSelectors.text(REQUESTS, arms)).orElse(window);
    return (gap.compareTo(window) > 0 ? gap : window).multipliedBy(STALE_WINDOWS);
  }

  /** How long a window stays open after its end. */
  Duration lag() {
    return settings.ingestionDelay().plus(counters.delay());
  }

  /** End of the last closed window. */
  Instant closed() {
    return closed;
  }

  Traffic traffic() {
    return traffic;
  }

  static Instant floor(Instant at, Duration step) {
    long length = step.toMillis();
    return Instant.ofEpochMilli(Math.floorDiv(at.toEpochMilli(), length) * length);
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }
}
