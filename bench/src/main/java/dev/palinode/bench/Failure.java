package dev.palinode.bench;

import java.time.Instant;
import java.util.Optional;

/**
 * One bad release, as seen from outside.
 *
 * @param aborting when a watch told of the phase Aborting
 * @param routeBack when a watch told of the route without the candidate
 * @param committed when the server had the revert on the branch
 * @param sampleToVerdict seconds from the first scrape that showed the errors until aborting
 * @param shareBefore the candidate's share of the requests in the second before the verdict
 * @param shareAfter the same in the second that begins one after the route was back
 * @param lastServed seconds from the route being back to the last request to the candidate
 */
record Failure(
    String app,
    Instant aborting,
    Instant routeBack,
    Instant committed,
    Optional<Double> sampleToVerdict,
    Optional<Double> shareBefore,
    Optional<Double> shareAfter,
    Optional<Double> lastServed) {}
