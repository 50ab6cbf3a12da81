package dev.palinode.crds;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A length of time as Kubernetes users write it ({@code 90s}, {@code 2m}, {@code 1h30m}), the
 * syntax of Go's time.ParseDuration without signs and without units below a millisecond.
 */
public record Span(Duration duration) {
  /**
   * The same syntax for the CRD schema. Digits and length are bounded so that whatever the API
   * server admits can be read and added to a clock without overflow.
   */
  public static final String PATTERN = "^([0-9]{1,9}(\\.[0-9]{1,9})?(ms|s|m|h))+$";

  /** The longest text, for the CRD schema. */
  public static final int MAX_LENGTH = 40;

  private static final Pattern WHOLE = Pattern.compile(PATTERN);
  private static final Pattern PART = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(ms|s|m|h)");

  /**
   * @throws IllegalArgumentException if {@code text} is no duration; the message names the syntax
   */
  @JsonCreator
  public static Span of(String text) {
    if (text.length() > MAX_LENGTH || !WHOLE.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a duration; write it as 30s, 2m or 1h30m");
    }
    Duration sum = Duration.ZERO;
    Matcher part = PART.matcher(text);
    while (part.find()) {
      double amount = Double.parseDouble(part.group(1));
      long unit =
          switch (part.group(2)) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            default -> 3_600_000;
          };
      sum = sum.plusMillis(Math.round(amount * unit));
    }
    return new Span(sum);
  }

  public static Span of(Duration duration) {
    return new Span(duration);
  }

  @JsonValue
  @Override
  public String toString() {
    long ms = duration.toMillis();
    if (ms == 0) {
      return "0s";
    }
    StringBuilder text = new StringBuilder();
    long[] units = {3_600_000, 60_000, 1_000, 1};
    String[] names = {"h", "m", "s", "ms"};
    for (int i = 0; i < units.length; i++) {
      if (ms >= units[i]) {
        text.append(ms / units[i]).append(names[i]);
        ms %= units[i];
      }
    }
    return text.toString();
  }
}
