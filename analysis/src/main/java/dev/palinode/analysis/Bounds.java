package dev.palinode.analysis;

import dev.palinode.crds.AnalysisTemplateSpec.Margin;
import org.jspecify.annotations.Nullable;

/** p_candidate is at most relative times p_stable plus absolute. */
record Bounds(double relative, double absolute) {
  /** One point: what a release may get worse by and still count as passed, unless told. */
  private static final double MORE = 0.01;

  static Bounds margin(@Nullable Margin margin) {
    Margin m = margin == null ? BuiltInTemplates.MARGIN : margin;
    return new Bounds(or(m.relative(), 1), or(m.absolute(), 0));
  }

  static Bounds tolerance(@Nullable Margin margin, @Nullable Margin tolerance) {
    Bounds m = margin(margin);
    return tolerance == null
        ? new Bounds(m.relative, m.absolute + MORE)
        : new Bounds(
            or(tolerance.relative(), m.relative), or(tolerance.absolute(), m.absolute + MORE));
  }

  /** How many times stable's latency is allowed; one in ten more unless told. */
  static double latencyMargin(@Nullable Margin margin) {
    return margin == null ? 1.1 : or(margin.relative(), 1.1);
  }

  /** How many times stable's latency must be ruled out for a pass. */
  static double latencyTolerance(@Nullable Margin margin, @Nullable Margin tolerance) {
    double wider = latencyMargin(margin) + 0.4;
    return tolerance == null ? wider : or(tolerance.relative(), wider);
  }

  /** For gauges, whose unit nobody knows: no absolute part unless told. */
  static Bounds gaugeMargin(@Nullable Margin margin) {
    return margin == null
        ? new Bounds(1.2, 0)
        : new Bounds(or(margin.relative(), 1), or(margin.absolute(), 0));
  }

  static Bounds gaugeTolerance(@Nullable Margin margin, @Nullable Margin tolerance) {
    Bounds m = gaugeMargin(margin);
    return tolerance == null
        ? new Bounds(m.relative + 0.3, m.absolute)
        : new Bounds(
            or(tolerance.relative(), m.relative + 0.3), or(tolerance.absolute(), m.absolute));
  }

  double limit(double stable) {
    return Math.min(1, relative * stable + absolute);
  }

  private static double or(@Nullable Double value, double otherwise) {
    return value == null ? otherwise : value;
  }
}
