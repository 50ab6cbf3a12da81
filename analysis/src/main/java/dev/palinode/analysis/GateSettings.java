package dev.palinode.analysis;

import java.time.Duration;

/**
 * How the gate reads and how sure it must be.
 *
 * @param interval how often it looks; windows are aligned to it
 * @param scrapeInterval how often the store reads the pods; a window is never shorter, since a
 *     shorter one would hold some pods and not others
 * @param ingestionDelay how long after its timestamp a sample may become visible; what is measured
 *     is added
 * @param beta bound on the chance that a release just at the tolerance passes
 * @param podVariation coefficient of variation of the error rate between healthy pods; 0.3 stands
 *     in where it cannot be measured on the service's own history
 * @param warmup how long young candidate pods' latencies, and all gauges, are left out; errors
 *     never are
 * @param lateOnset time between two moments at which harm may have begun; zero looks only for harm
 *     that is there from the beginning, which is found a little sooner then
 */
public record GateSettings(
    Duration interval,
    Duration scrapeInterval,
    Duration ingestionDelay,
    double beta,
    double podVariation,
    Duration warmup,
    Duration lateOnset) {

  public GateSettings {
    if (!interval.isPositive() || !scrapeInterval.isPositive() || ingestionDelay.isNegative()) {
      throw new IllegalArgumentException("interval and scrape interval must be above zero");
    }
    if (!(beta > 0 && beta < 1) || !(podVariation >= 0)) {
      throw new IllegalArgumentException(
          "beta lies between 0 and 1, pod variation is not negative");
    }
    if (warmup.isNegative() || lateOnset.isNegative()) {
      throw new IllegalArgumentException("warm-up and late onset are not negative");
    }
  }

  public static GateSettings defaults() {
    return new GateSettings(
        Duration.ofSeconds(5),
        Duration.ofSeconds(15),
        Duration.ofSeconds(1),
        0.05,
        0.3,
        Duration.ofSeconds(120),
        Duration.ofMinutes(10));
  }

  public GateSettings withIntervals(Duration interval, Duration scrapeInterval) {
    return new GateSettings(
        interval, scrapeInterval, ingestionDelay, beta, podVariation, warmup, lateOnset);
  }

  public GateSettings withWarmup(Duration warmup) {
    return new GateSettings(
        interval, scrapeInterval, ingestionDelay, beta, podVariation, warmup, lateOnset);
  }

  public GateSettings withLateOnset(Duration lateOnset) {
    return new GateSettings(
        interval, scrapeInterval, ingestionDelay, beta, podVariation, warmup, lateOnset);
  }

  /** The scrape interval, rounded up to whole intervals. */
  Duration window() {
    long step = interval.toMillis();
    return Duration.ofMillis((scrapeInterval.toMillis() + step - 1) / step * step);
  }
}
