package dev.palinode.analysis;

import dev.palinode.analysis.Exhibit.ClosedWindow;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A whole histogram of latencies, candidate against stable. */
final class HistogramMetric implements Question.Windowed {
  /** Requests that the past before the rollout counts for at most. */
  private static final double MEMORY = 20_000;

  private static final int MOST_BUCKETS = 1_000;

  private final Metric spec;
  private final Trial trial;
  private final Calibration calibration;
  private final double margin;
  private final double tolerance;
  private final double passes;
  private final String unit;
  private @Nullable ShiftTest test;
  private List<Double> edges = List.of();
  private long windows;
  private double phi = 1;
  private @Nullable String unusable;
  private @Nullable Evidence failure;

  /**
   * @param spec one without problems
   */
  HistogramMetric(Metric spec, Trial trial, Calibration calibration) {
    this.spec = spec;
    this.trial = trial;
    this.calibration = calibration;
    this.margin = Bounds.latencyMargin(spec.margin());
    this.tolerance = Bounds.latencyTolerance(spec.margin(), spec.tolerance());
    this.passes = -StrictMath.log(trial.beta());
    this.unit = unit(Objects.requireNonNull(spec.histogram()));
  }

  private static String unit(String selector) {
    String name = Selector.parse(selector).metric();
    return name.contains("_milliseconds") ? " ms" : name.contains("_seconds") ? " s" : "";
  }

  @Override
  public Metric spec() {
    return spec;
  }

  @Override
  public void add(Measured measured, ClosedWindow window) {
    switch (measured) {
      case Measured.Buckets buckets -> add(buckets, window);
      case Measured.Spreads spreads -> add(spreads, window);
      case Measured.Missing _ -> unusable = null;
      case Measured.Unusable(var reason) -> unusable = reason;
      case Measured.Counts _, Measured.Value _, Measured.Pair _, Measured.Values _ ->
          throw new IllegalArgumentException("a histogram is shown buckets");
    }
  }

  /** On the layout of the windows before, or a coarser one if these do not fit into it. */
  private void add(Measured.Spreads spreads, ClosedWindow window) {
    Spread both = spreads.candidate().plus(spreads.stable());
    List<Double> layout = test == null ? NativeLayout.of(both) : edges;
    if (layout.isEmpty()) {
      unusable = null;
      return;
    }
    if (NativeLayout.counts(both, layout).isEmpty()) {
      layout = NativeLayout.without(layout, both);
      coarsen(layout);
    }
    Optional<List<Long>> candidate = NativeLayout.counts(spreads.candidate(), layout);
    Optional<List<Long>> stable = NativeLayout.counts(spreads.stable(), layout);
    if (candidate.isEmpty() || stable.isEmpty() || !Layout.isUsable(doubles(layout))) {
      unusable =
          "the native histogram's buckets are too wide to compare (%d boundaries are left); let it have more of them, such as with a smaller bucket factor"
              .formatted(Math.max(0, layout.size() - 1));
      return;
    }
    add(new Measured.Buckets(layout, candidate.get(), stable.get()), window);
  }

  /** The same evidence, going on with fewer buckets. */
  private void coarsen(List<Double> layout) {
    ShiftTest finer = test;
    if (finer != null && Layout.isUsable(doubles(layout))) {
      edges = layout;
      ShiftTest coarser = new ShiftTest(doubles(layout), margin, tolerance, trial.mixture());
      coarser.goOn(finer);
      test = coarser;
    }
  }

  private void add(Measured.Buckets buckets, ClosedWindow window) {
    ShiftTest current = test == null ? begin(buckets.edges()) : test;
    if (current == null) {
      unusable =
          "a histogram needs at least three buckets, with bounds above zero and +Inf as the last";
      return;
    }
    test = current;
    if (!buckets.edges().equals(edges)) {
      unusable =
          "the buckets changed in mid-rollout, from %s to %s; keep one layout in both releases, or start the rollout again"
              .formatted(words(edges), words(buckets.edges()));
      return;
    }
    unusable = null;
    windows++;
    long[] candidate = longs(buckets.candidate());
    long[] stable = longs(buckets.stable());
    phi = phi(current, candidate, stable, window);
    current.add(candidate, stable, Dispersion.eta(phi));
  }

  private @Nullable ShiftTest begin(List<Double> layout) {
    double[] bounds = doubles(layout);
    if (!Layout.isUsable(bounds)) {
      return null;
    }
    edges = layout;
    ShiftTest fresh = new ShiftTest(bounds, margin, tolerance, trial.mixture());
    if (calibration.edges().equals(layout) && calibration.before().size() == layout.size()) {
      double[] before = doubles(calibration.before());
      double all = Math.max(1, Arrays.stream(before).sum());
      double scale = Math.min(1, MEMORY / all);
      fresh.expect(Arrays.stream(before).map(n -> n * scale).toArray());
    }
    return fresh;
  }

  private double phi(ShiftTest current, long[] candidate, long[] stable, ClosedWindow window) {
    double nc = Arrays.stream(candidate).sum();
    double both = nc + Arrays.stream(stable).sum();
    if (both == 0) {
      return 1;
    }
    return Dispersion.phi(
        current.upperShare() * both / (trial.window().toMillis() / 1e3),
        nc / both,
        calibration,
        window.candidatePods(),
        window.stablePods());
  }

  @Override
  public double logHarm() {
    return test == null ? 0 : test.logHarm();
  }

  @Override
  public void fail(double alpha) {
    if (failure == null) {
      failure =
          evidence(
              "%d canary requests are slower than stable's by more than %s times: %s; a release within that would be blamed like this with a chance of at most %s%s"
                  .formatted(
                      requests(),
                      Evidence.rounded(margin),
                      comparison(),
                      Evidence.percent(alpha),
                      tempered()));
    }
  }

  private String tempered() {
    return phi < 1.05
        ? ""
        : "; evidence tempered by phi %s (%s)"
            .formatted(Evidence.rounded(phi), calibration.source());
  }

  @Override
  public MetricVerdict verdict(Standing standing) {
    return new MetricVerdict(
        spec.name(), spec.critical(), answer(standing), phi, logHarm(), Optional.empty());
  }

  private Verdict answer(Standing standing) {
    if (failure != null) {
      return new Verdict.Fail(failure);
    }
    if (unusable != null) {
      return new Verdict.Invalid(evidence(unusable));
    }
    if (standing.doubt().isPresent()) {
      return new Verdict.Invalid(evidence(standing.doubt().get()));
    }
    if (test == null || requests() == 0) {
      return new Verdict.Inconclusive(
          evidence(
              "no latency of the canary was seen yet (its pods' first %d s do not count)"
                  .formatted(trial.warmup().toSeconds())));
    }
    if (test.logHealth() >= passes) {
      return new Verdict.Pass(
          evidence(
              "%d canary requests seen; slower than %s times stable is ruled out: %s"
                  .formatted(requests(), Evidence.rounded(tolerance), comparison())));
    }
    return new Verdict.Inconclusive(
        evidence(
            "%d canary requests seen: too few to show that they are slower than %s times stable or within %s times%s"
                .formatted(
                    requests(),
                    Evidence.rounded(margin),
                    Evidence.rounded(tolerance),
                    tempered())));
  }

  private String comparison() {
    return test == null
        ? ""
        : "p50 %s where stable has %s, p99 %s where stable has %s"
            .formatted(
                quantile(test.candidateSeen(), 0.5),
                quantile(test.stableSeen(), 0.5),
                quantile(test.candidateSeen(), 0.99),
                quantile(test.stableSeen(), 0.99));
  }

  private String quantile(long[] counts, double share) {
    double value = test == null ? Double.NaN : test.layout().quantile(counts, share);
    return Double.isInfinite(value)
        ? "more than " + Evidence.number(edges.get(edges.size() - 2)) + unit
        : Evidence.rounded(value) + unit;
  }

  private long requests() {
    return test == null ? 0 : Arrays.stream(test.candidateSeen()).sum();
  }

  private Evidence evidence(String reason) {
    boolean seen = test != null && requests() > 0 && Arrays.stream(test.stableSeen()).sum() > 0;
    return new Evidence(
        spec.name(),
        seen ? "p99 " + quantile(Objects.requireNonNull(test).candidateSeen(), 0.99) : "",
        seen
            ? "%s times p99 %s"
                .formatted(
                    Evidence.rounded(margin),
                    quantile(Objects.requireNonNull(test).stableSeen(), 0.99))
            : "",
        requests(),
        reason);
  }

  private static String words(List<Double> edges) {
    return edges.size() <= 6
        ? edges.toString()
        : edges.size() + " buckets up to " + Evidence.number(edges.get(edges.size() - 2));
  }

  private static long[] longs(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  private static double[] doubles(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Override
  public void save(StateWriter to) {
    to.count(edges.size()).numbers(doubles(edges));
    to.count(windows).number(phi).textOrNull(unusable);
    if (test != null) {
      test.save(to);
    }
    Evidence.save(failure, to);
  }

  @Override
  public void restore(StateReader from) {
    double[] bounds = new double[from.size(MOST_BUCKETS)];
    from.numbers(bounds);
    windows = from.count();
    phi = from.number();
    unusable = from.textOrNull();
    if (bounds.length > 0) {
      ShiftTest begun = begin(Arrays.stream(bounds).boxed().toList());
      if (begun == null) {
        throw new StateReader.Unreadable("buckets that are none");
      }
      begun.restore(from);
      test = begun;
    }
    failure = Evidence.restore(from);
  }
}
