package dev.palinode.analysis;

import dev.palinode.analysis.Arms.Reporter;
import dev.palinode.analysis.Arms.Side;
import java.time.Duration;
import java.time.Instant;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Requests per closed window, whatever their outcome: what the mesh really does with a weight. */
final class Traffic {
  private record Window(long candidate, long stable, long route, long routeBad) {}

  private final TreeMap<Instant, Window> windows = new TreeMap<>();
  private final Duration length;
  private final Duration scrapeInterval;

  /**
   * @param length of a window
   * @param scrapeInterval how long before its sample an increment may have happened
   */
  Traffic(Duration length, Duration scrapeInterval) {
    this.length = length;
    this.scrapeInterval = scrapeInterval;
  }

  void add(Instant end, Tally bad, Tally total, Reporter reporter) {
    windows.put(
        end,
        new Window(
            total.count(reporter, Side.CANDIDATE),
            total.count(reporter, Side.STABLE),
            total.count(Reporter.SOURCE, Side.ROUTE),
            bad.count(Reporter.SOURCE, Side.ROUTE)));
  }

  long candidateRequests() {
    return windows.values().stream().mapToLong(Window::candidate).sum();
  }

  boolean hasArms() {
    return windows.values().stream().anyMatch(w -> w.candidate() + w.stable() > 0);
  }

  boolean hasRoute() {
    return windows.values().stream().anyMatch(w -> w.route() > 0);
  }

  Share share(Instant since) {
    var after = after(since).values();
    long candidate = after.stream().mapToLong(Window::candidate).sum();
    return new Share(candidate, candidate + after.stream().mapToLong(Window::stable).sum());
  }

  RouteErrors routeErrors(Instant since) {
    var after = after(since).values();
    return new RouteErrors(
        after.stream().mapToLong(Window::routeBad).sum(),
        after.stream().mapToLong(w -> w.candidate() + w.stable() + w.route()).sum());
  }

  /** Requests per second to the candidate in the last closed window. */
  Optional<Double> candidateRate() {
    return Optional.ofNullable(windows.lastEntry())
        .map(w -> w.getValue().candidate() / (length.toMillis() / 1e3));
  }

  /** Whether the window that ends then shows only requests sent after the moment. */
  boolean shows(Instant end, Instant since) {
    return !end.isBefore(since.plus(scrapeInterval).plus(length));
  }

  private NavigableMap<Instant, Window> after(Instant since) {
    return windows.tailMap(since.plus(scrapeInterval).plus(length), true);
  }
}
