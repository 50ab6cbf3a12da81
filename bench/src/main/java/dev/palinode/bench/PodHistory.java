package dev.palinode.bench;

/**
 * What a day of the stable pods tells about how far they differ: two random halves of them, minute
 * by minute, whose bad requests would split evenly if all pods were the same.
 */
final class PodHistory {
  private static final int MINUTES = 1440;

  private PodHistory() {}

  /** The coefficient of variation between pods that explains the spread beyond chance. */
  static double variation(Scenario scenario, Dice dice) {
    int half = Math.max(1, scenario.stablePods() / 2);
    double variance = scenario.podVariation() * scenario.podVariation() / half;
    double mean = scenario.rate() * 60 * scenario.stable() / 2;
    double spread = 0;
    double sum = 0;
    int counted = 0;
    for (int minute = 0; minute < MINUTES; minute++) {
      double one = dice.poisson(mean * dice.luck(variance));
      double other = dice.poisson(mean * dice.luck(variance));
      double both = one + other;
      if (both > 0) {
        spread += (one - both / 2) * (one - both / 2) / (both / 4);
        sum += both;
        counted++;
      }
    }
    if (counted == 0) {
      return 0;
    }
    double inflation = spread / counted;
    double errors = sum / MINUTES;
    return Math.sqrt(Math.max(0, inflation - 1) / (errors / 4 * 2 / half));
  }
}
