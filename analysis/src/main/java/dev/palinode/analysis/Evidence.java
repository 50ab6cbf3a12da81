package dev.palinode.analysis;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

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

  /** Three significant digits. */
  static String rounded(double value) {
    return value == 0 || !Double.isFinite(value)
        ? Double.toString(value)
        : new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }

  /** A time in the one unit that fits: 40 s, 12 min, 3 h. */
  static String lasting(double seconds) {
    if (seconds < 90) {
      return String.format(Locale.ROOT, "%.0f s", seconds);
    }
    return seconds < 5_400
        ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
        : String.format(Locale.ROOT, "%.0f h", seconds / 3_600);
  }

  /** The same numbers with another sentence. */
  Evidence because(String other) {
    return new Evidence(metric, observed, limit, requests, other);
  }

  static void save(@Nullable Evidence evidence, StateWriter to) {
    to.flag(evidence != null);
    if (evidence != null) {
      to.text(evidence.metric)
          .text(evidence.observed)
          .text(evidence.limit)
          .count(evidence.requests)
          .text(evidence.reason);
    }
  }

  static @Nullable Evidence restore(StateReader from) {
    return from.flag()
        ? new Evidence(from.text(), from.text(), from.text(), from.count(), from.text())
        : null;
  }
}
