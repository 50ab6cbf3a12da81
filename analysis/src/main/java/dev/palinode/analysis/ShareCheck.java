package dev.palinode.analysis;

import dev.palinode.analysis.Exhibit.ClosedWindow;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.hipparchus.special.Gamma;

/**
 * Whether the requests split as the route was told: a beta mixture over other splits, begun anew
 * with every weight (Lindon and Malek, Anytime-valid inference for multinomial count data, NeurIPS
 * 2022). A split that does not match says that the arms do not get the same kind of requests, or
 * that some are not counted: then no comparison between them is to be trusted.
 *
 * <p>Counts are tempered: a split within {@link #SLACK} of the weight, this minute more and the
 * next one less, is how proxies and scrapes are.
 */
final class ShareCheck {
  /** Chance to be alarmed by a matching split, once per weight. */
  private static final double ALPHA = 0.001;

  /** Weight of the prior around the told split, in requests. */
  private static final double PRIOR = 100;

  /** Relative noise of the split within a minute that no proxy is blamed for. */
  private static final double SLACK = 0.02;

  private final double minutes;
  private Optional<Instant> since = Optional.empty();
  private double weight = Double.NaN;
  private double candidate;
  private double all;
  private double tempered;
  private double temperedAll;
  private boolean fired;

  ShareCheck(Duration window) {
    this.minutes = window.toMillis() / 60e3;
  }

  void add(ClosedWindow window) {
    if (!window.weightSince().equals(since)) {
      since = window.weightSince();
      weight = Double.NaN;
      candidate = 0;
      all = 0;
      tempered = 0;
      temperedAll = 0;
      fired = false;
    }
    long both = window.candidate() + window.stable();
    if (!(window.weight() > 0 && window.weight() < 1) || both == 0) {
      return;
    }
    weight = window.weight();
    double phi = 1 + both / minutes * weight * (1 - weight) * SLACK * SLACK;
    candidate += window.candidate();
    all += both;
    tempered += window.candidate() / phi;
    temperedAll += both / phi;
    fired |= logEvidence() >= -StrictMath.log(ALPHA);
  }

  /** ln B(kw + C, k(1-w) + N - C) - ln B(kw, k(1-w)) - C ln w - (N - C) ln(1-w). */
  double logEvidence() {
    if (all == 0) {
      return 0;
    }
    double a = PRIOR * weight;
    double b = PRIOR * (1 - weight);
    double rest = temperedAll - tempered;
    return logBeta(a + tempered, b + rest)
        - logBeta(a, b)
        - tempered * StrictMath.log(weight)
        - rest * StrictMath.log1p(-weight);
  }

  private static double logBeta(double a, double b) {
    return Gamma.logGamma(a) + Gamma.logGamma(b) - Gamma.logGamma(a + b);
  }

  /** What is wrong with the split under the current weight, if anything. */
  Optional<String> mismatch() {
    return fired
        ? Optional.of(
            "the candidate got %s of %.0f requests where the route was told %s; look for ejected or unready pods, sticky sessions and requests that bypass the route"
                .formatted(Evidence.percent(candidate / all), all, Evidence.percent(weight)))
        : Optional.empty();
  }

  void save(StateWriter to) {
    to.text(since.map(Instant::toString).orElse(""))
        .number(weight)
        .number(candidate)
        .number(all)
        .number(tempered)
        .number(temperedAll)
        .flag(fired);
  }

  void restore(StateReader from) {
    since = Optional.of(from.text()).filter(s -> !s.isEmpty()).map(Instant::parse);
    weight = from.number();
    candidate = from.number();
    all = from.number();
    tempered = from.number();
    temperedAll = from.number();
    fired = from.flag();
  }
}
