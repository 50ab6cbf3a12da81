package dev.palinode.bench;

/**
 * What a day of the stable pods tells, read before the rollout.
 *
 * @param variation the coefficient of variation between pods that explains how unevenly the bad
 *     requests of two random halves of them split, minute by minute, beyond chance
 * @param bad requests of that day
 * @param requests of that day
 */
record PodHistory(double variation, double bad, double requests) {
  private static final int MINUTES = 1440;

  static PodHistory of(Scenario scenario, Dice dice) {
    double perMinute = scenario.rate() * (1 - scenario.weight()) * 60;
    double requests = perMinute * MINUTES;
    if (scenario.podVariation() == 0) {
      return new PodHistory(0, dice.poisson(requests * scenario.stable()), requests);
    }
    int half = Math.max(1, scenario.stablePods() / 2);
    double variance = scenario.podVariation() * scenario.podVariation() / half;
    double mean = perMinute * scenario.stable() / 2;
    double spread = 0;
    double bad = 0;
    int counted = 0;
    for (int minute = 0; minute < MINUTES; minute++) {
      double one = dice.poisson(mean * dice.luck(variance));
      double other = dice.poisson(mean * dice.luck(variance));
      double both = one + other;
      if (both > 0) {
        spread += (one - both / 2) * (one - both / 2) / (both / 4);
        counted++;
      }
      bad += both;
    }
    double inflation = counted == 0 ? 1 : spread / counted;
    double ofEqualPods = bad / MINUTES / 4 * 2 / half;
    return new PodHistory(
        counted == 0 ? 0 : Math.sqrt(Math.max(0, inflation - 1) / ofEqualPods), bad, requests);
  }
}
