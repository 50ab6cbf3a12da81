package dev.palinode.bench;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * A simulated rollout, an hour of windows of fifteen seconds.
 *
 * @param rate requests per second to both arms, Poisson
 * @param weight the canary's share
 * @param stable share of bad requests of a healthy pod
 * @param shift added to the canary's share from {@code onset} on
 * @param rough what else happens
 * @param podVariation cv of the error rate between pods, anew each minute
 */
record Scenario(
    String name,
    double rate,
    double weight,
    double stable,
    double shift,
    Duration onset,
    Rough rough,
    double podVariation,
    int canaryPods,
    int stablePods) {
  static final Duration WINDOW = Duration.ofSeconds(15);
  static final int WINDOWS = 240;
  private static final double BURST = 20;
  private static final double WARM_UP_SECONDS = 120;

  /** Trouble that is nobody's fault. */
  enum Rough {
    NONE,
    /** Both arms have twenty times the errors for two minutes of each twenty. */
    BURSTS,
    /** The rate swings by four fifths within the hour. */
    DIURNAL,
    /** The canary has half as many errors more at first, fading over two minutes. */
    WARM_UP,
    /** A fifth of all scrapes of one arm fail; what they would have shown comes with the next. */
    GAPS,
    /**
     * Counters of one arm start anew each five minutes; what came since the last scrape is lost.
     */
    RESETS,
    /** Everything is seen a minute later. */
    LAG,
    /** Pods' luck is log-normal: longer in the tail than the judge takes it to be. */
    LONG_TAIL;

    /** What may happen to pods that are alike. */
    static Set<Rough> toAny() {
      return EnumSet.complementOf(EnumSet.of(LONG_TAIL));
    }
  }

  static Scenario healthy(double rate, double stable) {
    return of("healthy", rate, stable, 0);
  }

  /** A tenth of the traffic to a canary that is worse by {@code shift} from the start. */
  static Scenario of(String name, double rate, double stable, double shift) {
    return new Scenario(
        "%s-%s-%s-%s".formatted(name, rate, stable, shift),
        rate,
        0.1,
        stable,
        shift,
        Duration.ZERO,
        Rough.NONE,
        0,
        1,
        1);
  }

  Scenario with(Rough trouble) {
    return new Scenario(
        name + "-" + trouble,
        rate,
        weight,
        stable,
        shift,
        onset,
        trouble,
        podVariation,
        canaryPods,
        stablePods);
  }

  Scenario from(Duration late) {
    return new Scenario(
        name + "-" + late,
        rate,
        weight,
        stable,
        shift,
        late,
        rough,
        podVariation,
        canaryPods,
        stablePods);
  }

  Scenario onPods(double variation, int canary, int others) {
    return new Scenario(
        "%s-%s-%d-%d".formatted(name, variation, canary, others),
        rate,
        weight,
        stable,
        shift,
        onset,
        rough,
        variation,
        canary,
        others);
  }

  /** How many times the usual rate, so many seconds after the start. */
  double swing(double time) {
    return rough == Rough.DIURNAL ? 1 + 0.8 * StrictMath.sin(time * Math.TAU / 3600) : 1;
  }

  /** How many times the usual errors, in both arms. */
  double burst(double time) {
    return rough == Rough.BURSTS && time % 1200 >= 600 && time % 1200 < 720 ? BURST : 1;
  }

  /** How many times the usual errors, of a canary that is still warming up. */
  double warmUp(double time) {
    return rough == Rough.WARM_UP ? 1 + 0.5 * Math.max(0, 1 - time / WARM_UP_SECONDS) : 1;
  }

  /** One arm's, for a while. */
  double luck(Dice dice, int pods) {
    double variance = podVariation * podVariation / pods;
    return rough == Rough.LONG_TAIL ? dice.logNormalLuck(variance) : dice.luck(variance);
  }

  boolean isHealthy() {
    return shift == 0;
  }
}
