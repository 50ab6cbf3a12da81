package dev.palinode.analysis;

import dev.palinode.analysis.Arms.Reporter;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything read of the counters of one rollout: a ledger per selector, what the store refused,
 * and how late it is. One question per selector and look covers both arms.
 */
final class Counters {
  /** How far before the rollout a series that was there already shows its base. */
  private static final Duration LOOK_BACK = Duration.ofMinutes(5);

  /** How many windows are read again, so that a late sample is still noticed. */
  private static final int OVERLAP = 3;

  private final Map<String, CounterLedger> ledgers = new HashMap<>();
  private final Map<String, String> refusals = new HashMap<>();
  private final Freshness freshness = new Freshness();
  private final Duration window;
  private final Instant first;
  private final Instant start;

  /**
   * @param window length of one
   * @param first what was counted until then was judged before
   * @param start of the rollout; not after {@code first}
   */
  Counters(Duration window, Instant first, Instant start) {
    this.window = window;
    this.first = first;
    this.start = start;
  }

  /**
   * Takes in every selector's samples, or none of them when the store could not be read; answers
   * why not.
   *
   * @param selectors each with how long young pods of the candidate are left out of it; the first
   *     one shows how late the store is
   * @param closed end of the last closed window
   * @param upTo end of the last window to be closed next
   * @param edge newest moment to be read
   */
  Optional<String> read(
      MetricSource source,
      Arms arms,
      Map<String, Duration> selectors,
      Instant closed,
      Instant upTo,
      Instant edge,
      Instant now) {
    Duration back = closed.equals(first) ? LOOK_BACK : window.multipliedBy(OVERLAP);
    Instant from = closed.minus(back);
    Map<String, List<Series>> answers = new LinkedHashMap<>();
    for (String selector : selectors.keySet()) {
      switch (source.samples(selector, edge, Duration.between(from, edge))) {
        case Answer.Known<List<Series>>(var series) -> {
          answers.put(selector, series);
          refusals.remove(selector);
        }
        case Answer.Refused<List<Series>>(var reason) -> refusals.put(selector, reason);
        case Answer.Unreadable<List<Series>>(var reason) -> {
          return Optional.of(reason);
        }
      }
    }
    Optional.ofNullable(answers.get(selectors.keySet().iterator().next()))
        .ifPresent(series -> freshness.note(series, now, edge));
    List<Series> all = answers.values().stream().flatMap(List::stream).toList();
    answers.forEach((selector, series) ->
        ledgers
            .computeIfAbsent(
                selector,
                _ -> new CounterLedger(window, selectors.getOrDefault(selector, Duration.ZERO)))
            .read(series, all, arms, from, closed, upTo, first, start));
    return Optional.empty();
  }

  /** What each selector counted in a window; each window can be taken once. */
  Map<String, Tally> take(Instant end) {
    Map<String, Tally> tallies = new HashMap<>();
    ledgers.forEach((selector, ledger) -> tallies.put(selector, ledger.take(end)));
    return tallies;
  }

  Reporter reporter(String selector, Instant end) {
    return ledger(selector).reporter(end);
  }

  boolean isUsable(String selector, Instant end) {
    return !refusals.containsKey(selector) && ledger(selector).isTrusted(end);
  }

  /** Why a selector's counters cannot be judged, if so. */
  Optional<String> distrust(String selector) {
    return Optional.ofNullable(refusals.get(selector))
        .or(() -> ledger(selector).distrust().map(CounterLedger.Distrust::reason));
  }

  Optional<Instant> candidateSeen(String selector) {
    return ledger(selector).candidateSeen();
  }

  Optional<Duration> candidateGap(String selector) {
    return ledger(selector).candidateGap();
  }

  /** How late samples have lately become visible. */
  Duration delay() {
    return freshness.delay();
  }

  private CounterLedger ledger(String selector) {
    return ledgers.computeIfAbsent(selector, _ -> new CounterLedger(window));
  }
}
