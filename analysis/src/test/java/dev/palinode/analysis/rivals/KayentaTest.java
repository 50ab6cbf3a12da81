package dev.palinode.analysis.rivals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.analysis.rivals.KayentaMetric.Classified;
import dev.palinode.analysis.rivals.KayentaMetric.Direction;
import dev.palinode.analysis.rivals.KayentaMetric.Effect;
import dev.palinode.analysis.rivals.KayentaMetric.EffectSize;
import dev.palinode.analysis.rivals.KayentaMetric.Label;
import dev.palinode.analysis.rivals.KayentaMetric.NanStrategy;
import dev.palinode.analysis.rivals.KayentaMetric.Outliers;
import dev.palinode.analysis.rivals.KayentaRun.End;
import dev.palinode.analysis.rivals.KayentaRun.Span;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Golden cases for each rule of Kayenta's judge, scorer, classifier and run loop. */
class KayentaTest {
  private static final double NAN = Double.NaN;
  private static final double[] LOW = {9, 10, 11, 9.5, 10.5, 10.2, 9.8, 10.1, 9.9, 10.4};
  private static final double[] HIGH = {19, 20, 21, 19.5, 20.5, 20.2, 19.8, 20.1, 19.9, 20.4};
  private static final double[] NEAR = {9.1, 10.1, 11.1, 9.6, 10.6, 10.3, 9.7, 10.0, 9.85, 10.5};
  private static final double[] NONE = {};

  private static KayentaMetric metric(Direction direction) {
    return KayentaMetric.named("errors", direction);
  }

  private static KayentaMetric metric(NanStrategy nans, boolean critical, boolean mustHaveData) {
    return new KayentaMetric(
        "errors",
        "errors",
        Direction.EITHER,
        nans,
        Outliers.KEEP,
        Effect.meanRatio(),
        critical,
        false,
        mustHaveData);
  }

  private static KayentaMetric critical(Effect effect) {
    return new KayentaMetric(
        "errors",
        "errors",
        Direction.EITHER,
        NanStrategy.REMOVE,
        Outliers.KEEP,
        effect,
        true,
        false,
        false);
  }

  @ParameterizedTest
  @CsvSource({
    "EITHER, HIGH, LOW",
    "INCREASE, HIGH, PASS",
    "DECREASE, PASS, LOW",
  })
  void direction_decidesWhichSideCounts(Direction direction, Label up, Label down) {
    assertThat(metric(direction).classify(HIGH, LOW).label()).isEqualTo(up);
    assertThat(metric(direction).classify(LOW, HIGH).label()).isEqualTo(down);
    assertThat(metric(direction).classify(NEAR, LOW).label()).isEqualTo(Label.PASS);
  }

  @ParameterizedTest
  @CsvSource({
    "REMOVE, false, false, NODATA, false",
    "REMOVE, true, false, NODATA, true",
    "REMOVE, false, true, NODATA_FAIL_METRIC, false",
    "REMOVE, true, true, NODATA, true",
    "REPLACE_BY_ZERO, true, true, PASS, false",
  })
  void emptyArm_followsTheStrategy(
      NanStrategy nans, boolean critical, boolean mustHaveData, Label label, boolean failure) {
    KayentaMetric metric = metric(nans, critical, mustHaveData);
    Classified classified = metric.classify(LOW, NONE);
    assertThat(classified).isEqualTo(new Classified(metric, label, failure));
    assertThat(metric.classify(NONE, LOW).label()).isEqualTo(label);
  }

  @Test
  void missingValues_areRemovedOrZero() {
    double[] gaps = {NAN, NAN, NAN, NAN, NAN, NAN, 10, 10.1, 9.9, 10.2};
    assertThat(metric(NanStrategy.REMOVE, false, false).classify(gaps, LOW).label())
        .isEqualTo(Label.PASS);
    assertThat(metric(NanStrategy.REPLACE_BY_ZERO, false, false).classify(gaps, HIGH).label())
        .isEqualTo(Label.LOW);
    assertThat(metric(NanStrategy.REMOVE, false, false).classify(new double[] {NAN}, LOW).label())
        .isEqualTo(Label.NODATA);
  }

  @Test
  void sameValues_passInAnyOrder() {
    assertThat(
            metric(Direction.EITHER)
                .classify(new double[] {3, 1, 2}, new double[] {1, 2, 3})
                .label())
        .isEqualTo(Label.PASS);
  }

  @Test
  void oneValueEverywhere_passes() {
    assertThat(
            metric(Direction.EITHER).classify(new double[] {5, 5}, new double[] {5, 5, 5}).label())
        .isEqualTo(Label.PASS);
  }

  @Test
  void differentConstants_areToldApartTheSameEachTime() {
    double[] fives = new double[10];
    double[] fours = new double[10];
    java.util.Arrays.fill(fives, 5);
    java.util.Arrays.fill(fours, 4);
    Classified first = metric(Direction.EITHER).classify(fives, fours);
    assertThat(first.label()).isEqualTo(Label.HIGH);
    assertThat(metric(Direction.EITHER).classify(fives, fours)).isEqualTo(first);
  }

  /** 1.3 times as high: shown, and within a quarter of the shift itself only if that is wide. */
  @Test
  void tolerance_isAQuarterOfTheEstimate() {
    double[] wide = {10, 30, 50, 12, 31, 49, 11, 28, 52, 30};
    assertThat(metric(Direction.EITHER).classify(wide, LOW).label()).isEqualTo(Label.PASS);
    assertThat(metric(Direction.EITHER).classify(HIGH, LOW).label()).isEqualTo(Label.HIGH);
  }

  @ParameterizedTest
  @CsvSource({
    "1.5, 3, HIGH, false", // twice as high: beyond the allowed, not the critical
    "1.5, 1.9, HIGH, true",
    "2.5, 3, PASS, false",
  })
  void meanRatio_decidesAllowedAndCritical(
      double allowed, double criticalFrom, Label label, boolean failure) {
    Classified classified =
        critical(new Effect(EffectSize.MEAN_RATIO, allowed, 1, criticalFrom, 1))
            .classify(HIGH, LOW);
    assertThat(classified.label()).isEqualTo(label);
    assertThat(classified.criticalFailure()).isEqualTo(failure);
  }

  @Test
  void lowSide_isMirrored() {
    Classified within =
        critical(new Effect(EffectSize.MEAN_RATIO, 1, 0.4, 1, 0.3)).classify(LOW, HIGH);
    assertThat(within.label()).isEqualTo(Label.PASS);
    Classified beyond =
        critical(new Effect(EffectSize.MEAN_RATIO, 1, 0.6, 1, 0.3)).classify(LOW, HIGH);
    assertThat(beyond.label()).isEqualTo(Label.LOW);
    assertThat(beyond.criticalFailure()).isFalse();
  }

  @Test
  void ratioToNothing_countsAsMet() {
    double[] zeros = new double[10];
    Classified classified =
        critical(new Effect(EffectSize.MEAN_RATIO, 100, 1, 100, 1)).classify(LOW, zeros);
    assertThat(classified.label()).isEqualTo(Label.HIGH);
    assertThat(classified.criticalFailure()).isTrue();
  }

  @Test
  void commonLanguageEffect_canBeAskedFor() {
    Effect strict = new Effect(EffectSize.COMMON_LANGUAGE, 0.99, 0.5, 1.0, 0.5);
    assertThat(critical(strict).classify(HIGH, LOW).criticalFailure()).isTrue();
    double[] overlapping = {10.8, 11.5, 12, 9.2, 11.8, 12.2, 11.1, 10.9, 11.9, 12.1};
    assertThat(critical(Effect.commonLanguage()).classify(overlapping, LOW).label())
        .isEqualTo(Label.HIGH);
    assertThat(critical(strict).classify(overlapping, LOW).label()).isEqualTo(Label.PASS);
  }

  private static double[] withOutliers(int count) {
    double[] values = new double[200];
    for (int i = 0; i < values.length; i++) {
      values[i] = i < count ? 1e6 : 12 + i % 10;
    }
    return values;
  }

  /** Seen in the mean: with one value of a million it is a thousand times the control's. */
  @ParameterizedTest
  @CsvSource({"REMOVE, 1, PASS", "KEEP, 1, HIGH", "REMOVE, 4, HIGH"})
  void outliers_goBeyondTheWidestFence(Outliers outliers, int count, Label label) {
    KayentaMetric metric =
        new KayentaMetric(
            "errors",
            "errors",
            Direction.EITHER,
            NanStrategy.REMOVE,
            outliers,
            new Effect(EffectSize.MEAN_RATIO, 5, 1, 5, 1),
            false,
            false,
            false);
    assertThat(metric.classify(withOutliers(count), LOW).label()).isEqualTo(label);
  }

  @Test
  void percentile_isLinearBetweenValues() {
    assertThat(KayentaMetric.percentile(new double[] {1, 2, 3, 4}, 0.25)).isEqualTo(1.75);
    assertThat(KayentaMetric.percentile(new double[] {7}, 0.99)).isEqualTo(7);
  }

  private static Classified labelled(String group, Label label) {
    return new Classified(
        new KayentaMetric(
            group + label,
            group,
            Direction.EITHER,
            NanStrategy.REMOVE,
            Outliers.KEEP,
            Effect.meanRatio(),
            false,
            false,
            false),
        label,
        false);
  }

  @Test
  void groupScore_isTheShareOfPasses() {
    var one =
        List.of(labelled("g", Label.PASS), labelled("g", Label.HIGH), labelled("g", Label.LOW));
    assertThat(KayentaScore.of(one, Map.of())).isEqualTo(33.33);
    assertThat(KayentaScore.of(one.subList(0, 2), Map.of())).isEqualTo(50);
    assertThat(
            KayentaScore.of(
                List.of(labelled("g", Label.PASS), labelled("g", Label.NODATA_FAIL_METRIC)),
                Map.of()))
        .isEqualTo(50);
    assertThat(
            KayentaScore.of(
                List.of(
                    labelled("g", Label.PASS),
                    labelled("g", Label.PASS),
                    labelled("g", Label.ERROR)),
                Map.of()))
        .isEqualTo(100);
  }

  @Test
  void weights_areSharedByTheUnlisted() {
    var results =
        List.of(labelled("a", Label.HIGH), labelled("b", Label.PASS), labelled("c", Label.PASS));
    assertThat(KayentaScore.of(results, Map.of("a", 60.0))).isEqualTo(40);
    assertThat(KayentaScore.of(results, Map.of())).isEqualTo(66.67);
    assertThat(KayentaScore.of(results, Map.of("a", 20.0, "b", 30.0, "c", 50.0))).isEqualTo(80);
  }

  @Test
  void noDataInHalf_isZero() {
    var half = List.of(labelled("a", Label.PASS), labelled("b", Label.NODATA));
    assertThat(KayentaScore.of(half, Map.of())).isZero();
    var third = List.of(half.get(0), half.get(1), labelled("c", Label.PASS));
    assertThat(KayentaScore.of(third, Map.of())).isEqualTo(100);
  }

  @ParameterizedTest
  @EnumSource(
      value = Label.class,
      names = {"HIGH", "LOW", "NODATA"})
  void criticalFailure_isZero(Label label) {
    KayentaMetric metric = critical(Effect.meanRatio());
    var results =
        List.of(
            labelled("a", Label.PASS),
            labelled("b", Label.PASS),
            new Classified(metric, label, true));
    assertThat(KayentaScore.of(results, Map.of())).isZero();
  }

  @Test
  void mutedMetrics_areLeftOut() {
    KayentaMetric muted =
        new KayentaMetric(
            "m",
            "m",
            Direction.EITHER,
            NanStrategy.REMOVE,
            Outliers.KEEP,
            Effect.meanRatio(),
            true,
            true,
            false);
    assertThat(
            KayentaScore.of(
                List.of(labelled("a", Label.PASS), new Classified(muted, Label.HIGH, true)),
                Map.of()))
        .isEqualTo(100);
  }

  @Test
  void grade_meetsItsThresholds() {
    assertThat(KayentaScore.grade(95, 95, 75)).isEqualTo(KayentaScore.Grade.PASS);
    assertThat(KayentaScore.grade(94.99, 95, 75)).isEqualTo(KayentaScore.Grade.MARGINAL);
    assertThat(KayentaScore.grade(75, 95, 75)).isEqualTo(KayentaScore.Grade.MARGINAL);
    assertThat(KayentaScore.grade(74.99, 95, 75)).isEqualTo(KayentaScore.Grade.FAIL);
  }

  private static KayentaRun run(int warmup, int interval, int lifetime, int lookback) {
    return new KayentaRun(
        new KayentaRun.Settings(
            Duration.ofMinutes(warmup),
            Duration.ofMinutes(interval),
            Duration.ofMinutes(lifetime),
            Duration.ofMinutes(lookback),
            75,
            95));
  }

  private static Optional<Span> span(int from, int to) {
    return Optional.of(new Span(Duration.ofMinutes(from), Duration.ofMinutes(to)));
  }

  @Test
  void spans_growOrSlide() {
    KayentaRun growing = run(5, 10, 30, 0);
    assertThat(growing.next()).isEqualTo(span(5, 15));
    assertThat(growing.judged(100)).isEmpty();
    assertThat(growing.next()).isEqualTo(span(5, 25));
    KayentaRun sliding = run(0, 10, 30, 15);
    assertThat(sliding.next()).isEqualTo(span(0, 10));
    assertThat(sliding.judged(100)).isEmpty();
    assertThat(sliding.next()).isEqualTo(span(5, 20));
  }

  @Test
  void scoreAtMarginal_stopsAlthoughItsGradeIsMarginal() {
    KayentaRun run = run(0, 10, 30, 0);
    assertThat(run.judged(75)).contains(End.FAILED);
    assertThat(run.next()).isEmpty();
  }

  @Test
  void lastScore_mustPass() {
    KayentaRun good = run(0, 10, 20, 0);
    assertThat(good.judged(80)).isEmpty();
    assertThat(good.judged(95)).contains(End.SUCCEEDED);
    KayentaRun marginal = run(0, 10, 20, 0);
    assertThat(marginal.judged(100)).isEmpty();
    assertThat(marginal.judged(94)).contains(End.FAILED);
  }
}
