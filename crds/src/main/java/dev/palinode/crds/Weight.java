package dev.palinode.crds;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * The share of traffic that goes to the candidate, in basis points (1/100 of a percent): Istio's
 * weights are integers that need not sum to 100, so fractions of a percent are exact.
 */
public record Weight(int basisPoints) implements Comparable<Weight> {
  public static final Weight ZERO = new Weight(0);
  public static final Weight FULL = new Weight(10_000);

  public Weight {
    if (basisPoints < 0 || basisPoints > 10_000) {
      throw new IllegalArgumentException("weight outside 0..100 %: " + basisPoints / 100.0);
    }
  }

  /**
   * @param percent 0 to 100; finer than 0.01 is rounded up, so that a small wish is never nothing
   */
  @JsonCreator
  public static Weight percent(double percent) {
    return new Weight(
        BigDecimal.valueOf(percent).movePointRight(2).setScale(0, RoundingMode.CEILING).intValue());
  }

  @JsonValue
  public double asPercent() {
    return basisPoints / 100.0;
  }

  public double fraction() {
    return basisPoints / 10_000.0;
  }

  public boolean isZero() {
    return basisPoints == 0;
  }

  @Override
  public int compareTo(Weight other) {
    return Integer.compare(basisPoints, other.basisPoints);
  }

  @Override
  public String toString() {
    return BigDecimal.valueOf(basisPoints, 2).stripTrailingZeros().toPlainString() + " %";
  }
}
