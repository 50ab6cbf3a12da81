package dev.palinode.bench;

import dev.palinode.analysis.Onset;
import dev.palinode.analysis.WindowJudge;
import dev.palinode.analysis.replay.Window;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Settings with which each rule errs equally often on healthy releases: only then are delays
 * comparable. For each replicate of a healthy hour the setting is found at which a rule would just
 * not roll back; the wanted quantile of those is the tuned one.
 *
 * @param alpha ours
 * @param flagger least success rate, in percent
 * @param argo least success rate, in percent
 */
record Tuning(double alpha, double flagger, double argo) {
  private static final int WINDOWS_PER_MINUTE = 4;
  private static final int FLAGGER_FAILURES = 5;
  private static final int ARGO_FAILURES = 4;

  private record Extremes(double evidence, double fifth, double fourth) {}

  /**
   * @param healthy a scenario without harm
   * @param wrong the share of its replicates that may be rolled back
   */
  static Tuning of(Scenario healthy, int replicates, double wrong) {
    Extremes[] extremes =
        IntStream.range(0, replicates)
            .parallel()
            .mapToObj(i -> extremes(healthy, i))
            .toArray(Extremes[]::new);
    int allowed = (int) Math.floor(wrong * replicates);
    double evidence =
        Arrays.stream(extremes)
            .mapToDouble(Extremes::evidence)
            .sorted()
            .toArray()[replicates - 1 - allowed];
    double fifth = Arrays.stream(extremes).mapToDouble(Extremes::fifth).sorted().toArray()[allowed];
    double fourth =
        Arrays.stream(extremes).mapToDouble(Extremes::fourth).sorted().toArray()[allowed];
    // Each just beyond the last that must not count, so that no rounding decides.
    double beyond = 1 - 1e-9;
    return new Tuning(Math.min(0.5, Math.exp(-evidence) * beyond), fifth * beyond, fourth * beyond);
  }

  private static Extremes extremes(Scenario healthy, int replicate) {
    CountStream stream = new CountStream(healthy, replicate);
    WindowJudge ours = JudgeRules.judge(healthy, stream.history(), JudgeRules.ALPHA, Onset.AT_ONCE);
    double most = Double.NEGATIVE_INFINITY;
    double[] rates = new double[Scenario.WINDOWS / WINDOWS_PER_MINUTE];
    long total = 0;
    long bad = 0;
    for (int i = 0; i < Scenario.WINDOWS; i++) {
      Window window = stream.next();
      ours.add(window.counts(), window.length());
      most = Math.max(most, ours.logEvidence());
      total += window.counts().candidate();
      bad += window.counts().candidateBad();
      if (i % WINDOWS_PER_MINUTE == WINDOWS_PER_MINUTE - 1) {
        // Without a request there is no rate, and every rate is too low for that.
        rates[i / WINDOWS_PER_MINUTE] = total == 0 ? -1 : 100.0 * (total - bad) / total;
        total = 0;
        bad = 0;
      }
    }
    double[] inTime = Arrays.copyOf(rates, rates.length - 1);
    Arrays.sort(inTime);
    Arrays.sort(rates);
    return new Extremes(most, inTime[FLAGGER_FAILURES - 1], rates[ARGO_FAILURES - 1]);
  }
}
