package dev.palinode.demo;

import dev.palinode.testbed.mesh.Request;
import dev.palinode.testbed.mesh.RequestLog;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the users met, from the mesh simulator's log, which must reach back to the first request.
 */
record LoggedTraffic(RequestLog log) implements Traffic {
  private static final Duration RECENT = Duration.ofSeconds(1);

  @Override
  public Optional<Served> of(String version) {
    return log.requests(Instant.EPOCH).stream()
        .filter(r -> r.imageTag().equals(version))
        .sorted(Comparator.comparing(Request::time))
        .map(r -> new Served(1, r.isFailure() ? 1 : 0, r.time(), r.time()))
        .reduce(Served::plus);
  }

  @Override
  public Map<String, Long> lately() {
    Map<String, Long> all = new TreeMap<>();
    log.requests(Instant.now().minus(RECENT)).stream()
        .filter(LoggedTraffic::isAnswered)
        .forEach(r -> all.merge(r.imageTag(), 1L, Long::sum));
    return all;
  }

  @Override
  public long unansweredRequests() {
    return log.requests(Instant.EPOCH).stream()
        .dropWhile(r -> !isAnswered(r))
        .filter(r -> !isAnswered(r))
        .count();
  }

  private static boolean isAnswered(Request request) {
    return !request.imageTag().isEmpty();
  }
}
