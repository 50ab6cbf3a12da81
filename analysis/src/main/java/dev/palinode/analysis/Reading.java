package dev.palinode.analysis;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What one look found.
 *
 * @param verdict over everything since the candidate first got traffic
 * @param shareSince requests per arm since the current weight was set, one scrape interval after it
 *     and later, so that no request sent under the weight before is among them; empty without
 *     weight
 * @param candidateRate requests per second in the last closed window; empty when the candidate's
 *     counters are not there or not fresh
 * @param routeErrors the route's own failures since the current weight was set
 * @param unreadable why the store could not be read just now; the rest is then as of {@code upTo}
 * @param upTo end of the last closed window
 * @param lag how long a window stays open after its end: the measured ingestion delay
 * @param state with which {@link Gate#resume} goes on from here; empty before the first window
 * @param nextLook before it another look would find nothing new
 */
public record Reading(
    Verdict verdict,
    Optional<Share> shareSince,
    Optional<Double> candidateRate,
    RouteErrors routeErrors,
    Optional<String> unreadable,
    List<MetricVerdict> perMetric,
    Instant upTo,
    Duration lag,
    Optional<String> state,
    Instant nextLook) {
  public Reading {
    perMetric = List.copyOf(perMetric);
  }
}
