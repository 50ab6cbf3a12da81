package dev.palinode.bench;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Prints one line per figure: name, value, unit, target, and whether the target is met. */
final class Figures {
  /** Fewer samples than this say nothing about a 99th percentile. */
  private static final int SAMPLES = 100;

  private final PrintStream out;

  Figures(PrintStream out) {
    this.out = out;
  }

  /** A figure that must not be above its target. */
  void atMost(String name, double value, String unit, double target) {
    line(name, number(value), unit, "<= " + number(target), value <= target);
  }

  /** A figure that must not be below its target. */
  void atLeast(String name, double value, String unit, double target) {
    line(name, number(value), unit, ">= " + number(target), value >= target);
  }

  /** A number of things that must be this and nothing else. */
  void exactly(String name, long value, String unit, long target) {
    line(name, Long.toString(value), unit, "= " + target, value == target);
  }

  /** A figure that says under what conditions the others hold. */
  void told(String name, double value, String unit) {
    line(name, number(value), unit, "-", !Double.isNaN(value));
  }

  /** How many samples a percentile rests on. */
  void samples(String name, int n) {
    line(name + "_n", Integer.toString(n), "samples", ">= " + SAMPLES, n >= SAMPLES);
  }

  private void line(String name, String value, String unit, String target, boolean ok) {
    out.println(String.join("\t", List.of(name, value, unit, target, ok ? "ok" : "short")));
    out.flush();
  }

  /** The smallest value that {@code share} of the values do not exceed; NaN if there is none. */
  static double quantile(Collection<Double> values, double share) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted.length == 0
        ? Double.NaN
        : sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
  }

  static double max(Collection<Double> values) {
    return quantile(values, 1);
  }

  static double mean(Collection<Double> values) {
    return Arrays.stream(values.stream().mapToDouble(Double::doubleValue).toArray())
        .average()
        .orElse(Double.NaN);
  }

  static String number(double value) {
    String text = String.format(Locale.ROOT, "%.3f", value);
    return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
  }
}
