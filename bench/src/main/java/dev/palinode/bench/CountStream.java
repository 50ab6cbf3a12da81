package dev.palinode.bench;

import dev.palinode.analysis.WindowCounts;
import dev.palinode.analysis.replay.Window;
import dev.palinode.bench.Scenario.Rough;
import java.time.Duration;

/**
 * The counts of one replicate of a scenario, window after window (layer L1: no samples, no scrapes;
 * gaps, resets and lag are what the reader makes of them).
 */
final class CountStream {
  private static final double SECONDS = Scenario.WINDOW.toSeconds();
  private static final int WINDOWS_PER_MINUTE = 4;

  /** One arm's counts in a window. */
  private record Arm(long total, long bad) {
    static final Arm NONE = new Arm(0, 0);

    Arm plus(Arm other) {
      return new Arm(total + other.total, bad + other.bad);
    }
  }

  private final Scenario scenario;
  private final Dice dice;
  private int index;
  private double canaryLuck = 1;
  private double stableLuck = 1;
  private Arm held = Arm.NONE;

  CountStream(Scenario scenario, int replicate) {
    this.scenario = scenario;
    this.dice = new Dice(scenario.name(), replicate);
  }

  /** The day before; read once, before the first window. */
  PodHistory history() {
    return PodHistory.of(scenario, dice);
  }

  Window next() {
    double time = index * SECONDS;
    if (index % WINDOWS_PER_MINUTE == 0) {
      canaryLuck = scenario.luck(dice, scenario.canaryPods());
      stableLuck = scenario.luck(dice, scenario.stablePods());
    }
    index++;
    double requests = scenario.rate() * SECONDS * scenario.swing(time);
    double base = scenario.stable() * scenario.burst(time);
    double extra = time >= scenario.onset().toSeconds() ? scenario.shift() : 0;
    Arm canary =
        arm(
            requests * scenario.weight(),
            Math.min(1, (base * scenario.warmUp(time) + extra) * canaryLuck));
    Arm stable = arm(requests * (1 - scenario.weight()), Math.min(1, base * stableLuck));
    canary = asRead(canary);
    Duration end = Scenario.WINDOW.multipliedBy(index);
    return new Window(
        scenario.rough() == Rough.LAG ? end.plusMinutes(1) : end,
        Scenario.WINDOW,
        new WindowCounts(canary.total(), canary.bad(), stable.total(), stable.bad()));
  }

  /** Good and bad requests of a Poisson stream are independent ones. */
  private Arm arm(double mean, double share) {
    long bad = dice.poisson(mean * share);
    return new Arm(bad + dice.poisson(mean * (1 - share)), bad);
  }

  private Arm asRead(Arm arm) {
    return switch (scenario.rough()) {
      case GAPS -> {
        if (dice.uniform() < 0.2) {
          held = held.plus(arm);
          yield Arm.NONE;
        }
        Arm both = held.plus(arm);
        held = Arm.NONE;
        yield both;
      }
      case RESETS -> {
        if (index % (5 * WINDOWS_PER_MINUTE) != 0) {
          yield arm;
        }
        double kept = dice.uniform();
        long bad = dice.thinned(arm.bad(), kept);
        yield new Arm(bad + dice.thinned(arm.total() - arm.bad(), kept), bad);
      }
      case NONE, BURSTS, DIURNAL, WARM_UP, LAG, LONG_TAIL -> arm;
    };
  }
}
