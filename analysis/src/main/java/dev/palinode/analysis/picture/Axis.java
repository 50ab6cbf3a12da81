package dev.palinode.analysis.picture;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;

/**
 * Values along one side of a chart, in the chart's own numbers; a logarithmic axis is a linear one
 * of logarithms with fitting labels.
 *
 * @param from less than {@code to}
 * @param step between ticks; they lie on its multiples
 */
public record Axis(double from, double to, double step, DoubleFunction<String> label) {
  private static final int TICKS = 6;
  private static final double[] NICE = {1, 2, 2.5, 5, 10};

  public Axis {
    if (!(from < to) || !(step > 0)) {
      throw new IllegalArgumentException("an axis goes upwards: " + from + " to " + to);
    }
  }

  /** One with about half a dozen ticks at round numbers. */
  public static Axis of(double from, double to, DoubleFunction<String> label) {
    double raw = (to - from) / TICKS;
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    double step = 10 * power;
    for (double nice : NICE) {
      if (nice * power >= raw) {
        step = nice * power;
        break;
      }
    }
    return new Axis(from, to, step, label);
  }

  /** One of seconds, with ticks at round times. */
  public static Axis ofSeconds(double to, DoubleFunction<String> label) {
    double raw = to / TICKS;
    for (double step : new double[] {5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21600}) {
      if (step >= raw) {
        return new Axis(0, to, step, label);
      }
    }
    return new Axis(0, to, 86_400 * Math.ceil(raw / 86_400), label);
  }

  /** 0 at the beginning, 1 at the end; values beyond are put at the border. */
  double part(double value) {
    return Math.clamp((value - from) / (to - from), 0, 1);
  }

  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    for (double k = Math.ceil(from / step - 1e-9); k * step <= to + step * 1e-9; k++) {
      ticks.add(k * step);
    }
    return ticks;
  }
}
