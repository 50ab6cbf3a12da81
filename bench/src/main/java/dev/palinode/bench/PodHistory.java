package dev.palinode.bench;

/**
 * What a day of the stable pods tells, read before the rollout, by the gate's own formula.
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
    double mean = perMinute * scenario.stable() / 2;
    double squares = 0;
    double variances = 0;
    double scales = 0;
    double bad = 0;
    for (int minute = 0; minute < MINUTES; minute++) {
      double one = dice.poisson(mean * scenario.luck(dice, half));
      double other = dice.poisson(mean * scenario.luck(dice, half));
      double both = one + other;
      squares += (one - both / 2) * (one - both / 2);
      variances += both / 4;
      scales += both * (both - 1) / 16 * 2 / half;
      bad += both;
    }
    if (!(scales > 0)) {
      return new PodHistory(0, bad, requests);
    }
    double inflation = squares / variances;
    double surplus = inflation - 1 + inflation * Math.sqrt(2.0 / MINUTES);
    double ratio = Math.max(0, surplus) * variances / scales;
    return new PodHistory(
        Math.sqrt(ratio / Math.max(0.1, 1 - ratio / (2.0 * half))), bad, requests);
  }
}
