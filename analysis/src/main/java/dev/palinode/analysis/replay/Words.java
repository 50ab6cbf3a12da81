package dev.palinode.analysis.replay;

import java.time.Duration;
import java.util.Locale;

/** Numbers as people write them. */
public final class Words {
  private static final double PLAIN_FROM = 1e-3;
  private static final double PLAIN_TO = 1e6;

  private Words() {}

  /** Three digits that count, without trailing zeros. */
  public static String number(double value) {
    double size = Math.abs(value);
    if (value == Math.rint(value) && size < PLAIN_TO) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    if (size < PLAIN_FROM || size >= PLAIN_TO) {
      return String.format(Locale.ROOT, "%.1e", value);
    }
    int decimals = (int) Math.clamp(2 - Math.floor(Math.log10(size)), 0, 5);
    String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
    return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("[.]$", "") : text;
  }

  /** A share as percent. */
  public static String percent(double share) {
    return Double.isNaN(share) ? "-" : number(100 * share) + "%";
  }

  /** 45s, 3m, 12m30s, 2h05m. */
  public static String time(Duration time) {
    long seconds = Math.round(time.toMillis() / 1e3);
    if (seconds < 60) {
      return seconds + "s";
    }
    if (seconds < 3600) {
      return seconds / 60 + "m" + (seconds % 60 == 0 ? "" : "%02ds".formatted(seconds % 60));
    }
    return "%dh%02dm".formatted(seconds / 3600, seconds % 3600 / 60);
  }
}
