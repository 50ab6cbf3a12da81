package dev.palinode.analysis;

import java.time.Duration;
import java.util.List;

/**
 * What the stable pods' past tells about one metric, read once before the rollout is judged.
 *
 * @param podVariation coefficient of variation between healthy pods, of a ratio's error rate or of
 *     a histogram's exceedances
 * @param noise how long such luck lasts
 * @param source where the variation comes from, as a sentence would say it
 * @param edges of {@code before}, where it is a histogram
 * @param before stable's requests before the rollout: bad ones and all of a ratio; per bucket of a
 *     histogram; the correlation of successive values of a gauge. Empty if unknown
 */
public record Calibration(
    double podVariation, Duration noise, String source, List<Double> edges, List<Double> before) {

  public Calibration {
    edges = List.copyOf(edges);
    before = List.copyOf(before);
    if (!(podVariation >= 0) || !noise.isPositive()) {
      throw new IllegalArgumentException(
          "pod variation is not negative, and noise lasts longer than zero");
    }
  }

  /**
   * @param why no history could be used
   */
  public static Calibration assumed(double podVariation, String why) {
    return new Calibration(
        podVariation,
        Dispersion.NOISE,
        "pods assumed to vary by %s, since %s".formatted(Evidence.rounded(podVariation), why),
        List.of(),
        List.of());
  }
}
