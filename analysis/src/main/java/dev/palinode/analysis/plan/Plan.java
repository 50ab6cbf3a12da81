package dev.palinode.analysis.plan;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What can be seen at each weight, and steps long enough to see it. */
public record Plan(Service service, List<Duration> horizons, List<Row> rows, List<Step> steps) {
  /**
   * The question.
   *
   * @param rate requests per second to the whole service
   * @param stable share of bad requests of the stable release
   * @param weights in percent, above 0 and below 100, ascending
   * @param increase over stable that must be found within a step
   * @param relative of the margin
   * @param absolute of the margin
   * @param toleranceAbsolute absolute part of the tolerance; its relative one is the margin's
   * @param scrape interval between two samples; half of it and the lag are lost on average
   */
  public record Service(
      double rate,
      double stable,
      List<Double> weights,
      double increase,
      double alpha,
      double beta,
      double relative,
      double absolute,
      double toleranceAbsolute,
      Duration scrape) {
    public Service {
      weights = List.copyOf(weights);
    }

    Detection at(double percent) {
      return new Detection(percent / 100, stable, relative, absolute);
    }

    Detection passing(double percent) {
      return new Detection(percent / 100, stable, relative, toleranceAbsolute);
    }

    /** From a request to the look that counts it, on average. */
    Duration look() {
      return scrape.dividedBy(2).plus(scrape);
    }

    double candidateRate(double percent) {
      return rate * percent / 100;
    }
  }

  /**
   * @param percent weight
   * @param increases least increase found within each horizon, as shares; NaN for none
   * @param toFind mean time until the wanted increase is found; empty-like MAX if never
   * @param badRequests extra ones until then
   */
  public record Row(double percent, List<Double> increases, Duration toFind, double badRequests) {
    public Row {
      increases = List.copyOf(increases);
    }
  }

  /** One weight and how long it is held. */
  public record Step(double percent, Duration pause) {}

  /** Longer waits are told as never. */
  public static final Duration NEVER = Duration.ofDays(30);

  /** A fault of the wanted size is found in about nine of ten cases within this times the mean. */
  private static final double PATIENCE = 2;

  /** The judge's requests to a pass over the bound, measured. */
  private static final double PASS_EFFICIENCY = 1.2;

  private static final Duration SHORTEST = Duration.ofMinutes(1);
  private static final Duration GRAIN = Duration.ofSeconds(30);

  public Plan {
    horizons = List.copyOf(horizons);
    rows = List.copyOf(rows);
    steps = List.copyOf(steps);
  }

  public static Plan of(Service service, List<Duration> horizons) {
    List<Row> rows = new ArrayList<>();
    List<Step> steps = new ArrayList<>();
    double requests = 0;
    for (double percent : service.weights()) {
      Row row = row(service, percent, horizons);
      rows.add(row);
      if (row.toFind().compareTo(NEVER) < 0) {
        Duration pause = rounded(row.toFind().toMillis() / 1e3 * PATIENCE);
        requests += pause.toSeconds() * service.candidateRate(percent);
        steps.add(new Step(percent, pause));
      }
    }
    if (!steps.isEmpty()) {
      steps.set(steps.size() - 1, longEnoughToPass(service, steps.getLast(), requests));
    }
    return new Plan(service, horizons, rows, steps);
  }

  private static Row row(Service service, double percent, List<Duration> horizons) {
    Detection detection = service.at(percent);
    double rate = service.candidateRate(percent);
    List<Double> increases =
        horizons.stream()
            .map(horizon -> detection.increase(rate * horizon.toMillis() / 1e3, service.alpha()))
            .toList();
    double requests =
        Detection.EFFICIENCY
            * detection.requests(
                Math.min(1, service.stable() + service.increase()), service.alpha());
    double seconds = requests / rate;
    Duration toFind =
        seconds < NEVER.toSeconds()
            ? Duration.ofMillis(Math.round(seconds * 1e3)).plus(service.look())
            : NEVER;
    return new Row(percent, increases, toFind, service.increase() * toFind.toMillis() / 1e3 * rate);
  }

  /** Evidence of health adds up over all steps; what is still missing is waited for in the last. */
  private static Step longEnoughToPass(Service service, Step last, double requests) {
    double needed =
        PASS_EFFICIENCY * service.passing(last.percent()).requestsToPass(service.beta());
    double missing = (needed - requests) / service.candidateRate(last.percent());
    double seconds = last.pause().toSeconds() + Math.max(0, missing);
    return seconds < NEVER.toSeconds() ? new Step(last.percent(), rounded(seconds)) : last;
  }

  private static Duration rounded(double seconds) {
    long grains = (long) Math.ceil(seconds / GRAIN.toSeconds());
    Duration pause = GRAIN.multipliedBy(grains);
    return pause.compareTo(SHORTEST) < 0 ? SHORTEST : pause;
  }
}
