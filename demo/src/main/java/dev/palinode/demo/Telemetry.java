package dev.palinode.demo;

import dev.palinode.demo.Routes.Endpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * Every request counted: as Istio's counters would be, per version for those who watch, and the
 * moments that the checks at the end ask for.
 */
final class Telemetry implements Traffic {
  private static final Duration RECENT = Duration.ofSeconds(1);

  private record Answer(Instant at, String version) {}

  /** One of Istio's counters. */
  private record Counter(String reporter, String pod, String revision, String code) {
    Map<String, String> labels() {
      return Map.ofEntries(
          Map.entry("__name__", "istio_requests_total"),
          Map.entry("reporter", reporter),
          Map.entry("job", "pods"),
          Map.entry("instance", pod),
          Map.entry("pod", pod),
          Map.entry("destination_service_namespace", Shop.NAMESPACE),
          Map.entry("destination_service_name", Shop.APP),
          Map.entry("destination_canonical_revision", revision),
          Map.entry("response_code", code));
    }
  }

  private final Map<Counter, Long> counters = new HashMap<>();
  private final Map<String, Served> served = new HashMap<>();
  private final Deque<Answer> recent = new ArrayDeque<>();
  private long unanswered;

  synchronized void answered(Endpoint by, boolean bad, Instant at) {
    String code = bad ? "500" : "200";
    count(new Counter("source", "client", by.revision(), code));
    count(new Counter("destination", by.pod(), by.revision(), code));
    served.merge(by.version(), new Served(1, bad ? 1 : 0, at, at), (was, one) -> was.plus(one));
    recent.addLast(new Answer(at, by.version()));
    while (recent.getFirst().at().isBefore(at.minus(RECENT))) {
      recent.removeFirst();
    }
  }

  /** No pod was there to answer. */
  synchronized void unanswered() {
    unanswered++;
    count(new Counter("source", "client", "unknown", "503"));
  }

  private void count(Counter counter) {
    counters.merge(counter, 1L, Long::sum);
  }

  /** All counters at one moment. */
  synchronized void scrape(BiConsumer<Map<String, String>, Long> each) {
    counters.forEach((counter, value) -> each.accept(counter.labels(), value));
  }

  @Override
  public synchronized Optional<Served> of(String version) {
    return Optional.ofNullable(served.get(version));
  }

  @Override
  public synchronized long unansweredRequests() {
    return unanswered;
  }

  @Override
  public synchronized Map<String, Long> lately() {
    Map<String, Long> all = new TreeMap<>();
    Instant from = Instant.now().minus(RECENT);
    recent.stream()
        .filter(a -> a.at().isAfter(from))
        .forEach(a -> all.merge(a.version(), 1L, Long::sum));
    return all;
  }
}
