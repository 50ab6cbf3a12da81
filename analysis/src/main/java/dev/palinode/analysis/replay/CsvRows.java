package dev.palinode.analysis.replay;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads lines of the CSV form one by one and says what is wrong with each. */
final class CsvRows {
  /** What one line says. */
  sealed interface Row {
    record Counts(int line, Instant end, boolean canary, long total, long bad) implements Row {}

    record Weight(int line, Instant at, double percent) implements Row {}

    /** Requests of one window that took at most {@code le}. */
    record Bucket(int line, Instant end, boolean canary, double le, long count) implements Row {}

    /** A header, a comment or an empty line. */
    record Nothing() implements Row {}

    record Wrong(CsvRecording.Problem problem) implements Row {}
  }

  private static final int WEIGHT_FIELDS = 3;
  private static final int FIELDS = 4;

  /** Exact as a double, and far beyond any traffic. */
  private static final double LARGEST = 1e15;

  private static final class BadField extends Exception {
    private static final long serialVersionUID = 1;

    private final String says;

    BadField(String says) {
      super(says, null, false, false);
      this.says = says;
    }
  }

  private @Nullable TimeScale scale;
  private boolean buckets;

  Optional<TimeScale> scale() {
    return Optional.ofNullable(scale);
  }

  Row read(int line, String text) {
    String bare = text.startsWith("\uFEFF") ? text.substring(1) : text;
    if (bare.isBlank() || bare.startsWith("#")) {
      return new Row.Nothing();
    }
    List<String> fields = Arrays.stream(bare.split(",", -1)).map(f -> unquoted(f.strip())).toList();
    try {
      return isHeader(fields) ? new Row.Nothing() : row(line, fields);
    } catch (BadField e) {
      return new Row.Wrong(new CsvRecording.Problem(line, e.says));
    }
  }

  private static String unquoted(String field) {
    return field.length() >= 2 && field.startsWith("\"") && field.endsWith("\"")
        ? field.substring(1, field.length() - 1).strip()
        : field;
  }

  private boolean isHeader(List<String> fields) throws BadField {
    if (!fields.getFirst().toLowerCase(Locale.ROOT).equals("time")) {
      return false;
    }
    String names = String.join(",", fields).toLowerCase(Locale.ROOT);
    switch (names) {
      case "time,arm,total,bad" -> buckets = false;
      case "time,arm,le,count" -> buckets = true;
      case "time,weight", "time,weight,w" -> {}
      default ->
          throw new BadField(
              "unknown header '%s'; use time,arm,total,bad or time,arm,le,count"
                  .formatted(String.join(",", fields)));
    }
    return true;
  }

  private Row row(int line, List<String> fields) throws BadField {
    if (fields.size() > 1 && fields.get(1).equalsIgnoreCase("weight")) {
      if (fields.size() != WEIGHT_FIELDS) {
        throw new BadField("a change of weight is time,weight,PERCENT");
      }
      return new Row.Weight(line, time(fields.getFirst()), percent(fields.get(2)));
    }
    if (fields.size() != FIELDS) {
      throw new BadField(
          "%d fields where 4 are expected: time,arm,total,bad".formatted(fields.size()));
    }
    Instant end = time(fields.getFirst());
    boolean canary = isCanary(fields.get(1));
    if (buckets) {
      return new Row.Bucket(line, end, canary, le(fields.get(2)), count("count", fields.get(3)));
    }
    if (fields.get(2).matches("[+]?[Ii]nf(inity)?")) {
      throw new BadField(
          "total is infinite; for histograms put the header time,arm,le,count before the rows");
    }
    long total = count("total", fields.get(2));
    long bad = count("bad", fields.get(3));
    if (bad > total) {
      throw new BadField("%d bad requests among only %d".formatted(bad, total));
    }
    return new Row.Counts(line, end, canary, total, bad);
  }

  private Instant time(String text) throws BadField {
    if (scale == null) {
      scale =
          Arrays.stream(TimeScale.values())
              .filter(s -> s.read(text).isPresent())
              .findFirst()
              .orElseThrow(() -> notATime(text));
    }
    TimeScale known = scale;
    return known
        .read(text)
        .orElseThrow(() ->
            Arrays.stream(TimeScale.values()).anyMatch(s -> s.read(text).isPresent())
                ? new BadField("time '" + text + "' is of another kind than those before")
                : notATime(text));
  }

  private static BadField notATime(String text) {
    return new BadField(
        "time '%s' is neither seconds nor RFC 3339, as 2026-01-31T12:00:00Z".formatted(text));
  }

  private static boolean isCanary(String arm) throws BadField {
    return switch (arm.toLowerCase(Locale.ROOT)) {
      case "canary" -> true;
      case "stable" -> false;
      default -> throw new BadField("arm '%s' is neither canary nor stable".formatted(arm));
    };
  }

  private static double percent(String text) throws BadField {
    double value = number("weight", text.endsWith("%") ? text.replace("%", "").strip() : text);
    if (value < 0 || value > 100) {
      throw new BadField("weight %s lies outside 0 to 100".formatted(text));
    }
    return value;
  }

  private static double le(String text) throws BadField {
    if (text.matches("[+]?[Ii]nf(inity)?")) {
      return Double.POSITIVE_INFINITY;
    }
    return number("le", text);
  }

  private static long count(String name, String text) throws BadField {
    double value = number(name, text);
    if (value < 0) {
      throw new BadField("%s %s is negative".formatted(name, text));
    }
    if (value != Math.rint(value) || value > LARGEST) {
      throw new BadField(
          "%s %s is no whole number of requests; round what increase() gives"
              .formatted(name, text));
    }
    return (long) value;
  }

  private static double number(String name, String text) throws BadField {
    try {
      double value = Double.parseDouble(text);
      if (Double.isFinite(value) && !text.endsWith("d") && !text.endsWith("f")) {
        return value;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new BadField("%s '%s' is not a number".formatted(name, text));
  }
}
