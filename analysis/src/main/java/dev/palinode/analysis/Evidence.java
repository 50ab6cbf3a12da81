package dev.palinode.analysis;

import java.util.Locale;

/**
 * The numbers behind a verdict, ready to be shown.
 *
 * @param metric the metric that decided
 * @param observed what was measured on the candidate, with its unit
 * @param limit what would have been allowed, with its unit
 * @param requests requests of the candidate that were seen
 * @param reason one sentence for a person
 */
public record Evidence(String metric, String observed, String limit, long requests, String reason) {

  /** A share as people write it: 0.05%, 4.8%, 37%. */
  static String percent(double share) {
    double points = share * 100;
    int decimals = points == 0 || points >= 10 ? 0 : points >= 1 ? 1 : points >= 0.1 ? 2 : 3;
    return String.format(Locale.ROOT, "%." + decimals + "f%%", points);
  }

  /** A plain number without needless digits. */
  static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.4g", value);
  }
}
