package dev.palinode.analysis;

import java.util.Arrays;

/**
 * Several alternatives with equal weights, each mixed over when it set in; held as logarithms.
 * Every part is a test martingale under the null, so their mean is one too.
 */
final class Mixture {
  private final double[] logs;
  private final Onset onset;
  private long windows;

  Mixture(int alternatives, Onset onset) {
    this.logs = new double[alternatives];
    this.onset = onset;
    Arrays.fill(logs, onset.logWeight(0));
  }

  /** Before a window's increments: a start of harm may lie between it and the one before. */
  void next() {
    if (windows > 0 && onset.startsAt(windows)) {
      double weight = onset.logWeight(windows / onset.every());
      for (int k = 0; k < logs.length; k++) {
        logs[k] = LogSum.of(logs[k], weight);
      }
    }
    windows++;
  }

  void add(int alternative, double increment) {
    logs[alternative] += increment;
  }

  /** Natural logarithm of the mean; 0 at the start. */
  double logEvidence() {
    return LogSum.of(
        LogSum.of(logs) - StrictMath.log(logs.length), onset.logRest(onset.started(windows)));
  }

  /** The alternative that explains best what was seen. */
  int strongest() {
    int best = 0;
    for (int k = 1; k < logs.length; k++) {
      best = logs[k] > logs[best] ? k : best;
    }
    return best;
  }

  void save(StateWriter to) {
    to.count(windows).numbers(logs);
  }

  void restore(StateReader from) {
    windows = from.count();
    from.numbers(logs);
  }
}
