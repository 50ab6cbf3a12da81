package dev.palinode.analysis;

import static dev.palinode.analysis.Shop.SETTINGS;
import static dev.palinode.analysis.Shop.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.palinode.analysis.Exhibit.ClosedWindow;
import dev.palinode.analysis.Exhibit.Moment;
import dev.palinode.analysis.Exhibit.Shown;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Range;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class JudgeTest {
  private static final Metric ERRORS = BuiltInTemplates.http().metrics().getFirst();
  private static final Metric ORDERS =
      new Metric("orders", null, null, null, "orders", new Range(1.0, null), 3, true);

  private static Metric named(String name, Metric like) {
    return new Metric(
        name,
        like.ratio(),
        like.histogram(),
        like.gauge(),
        like.baseline(),
        like.margin(),
        like.tolerance(),
        like.query(),
        like.range(),
        like.failureLimit(),
        like.critical());
  }

  /** Ten metrics: four ratios, four histograms, a gauge and a range. */
  private static Trial tenMetrics() {
    List<Metric> metrics = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      metrics.add(named("ratio" + i, ERRORS));
      metrics.add(named("latency" + i, Latencies.METRIC));
    }
    metrics.add(RolloutRecordTest.GAUGE);
    metrics.add(ORDERS);
    return Trial.of(metrics, 0.01, T0, SETTINGS);
  }

  private static ClosedWindow window(Trial trial, int i, SplittableRandom random) {
    Latencies latencies = new Latencies(random.nextLong());
    List<Shown> shown = new ArrayList<>();
    for (int m = 0; m < trial.metrics().size(); m++) {
      if (trial.metrics().get(m).ratio() != null) {
        shown.add(
            new Shown(
                m,
                new Measured.Counts(
                    new WindowCounts(
                        150,
                        Shop.binomial(random, 150, 0.01),
                        1_350,
                        Shop.binomial(random, 1_350, 0.005)))));
      } else if (trial.metrics().get(m).histogram() != null) {
        shown.add(
            new Shown(
                m,
                new Measured.Buckets(
                    Arrays.stream(Latencies.EDGES).boxed().toList(),
                    boxed(latencies.counts(30, _ -> 1.1)),
                    boxed(latencies.counts(200, _ -> 1)))));
      }
    }
    return new ClosedWindow(
        end(i), 0.1, Optional.of(T0), 1, 9, 150, 1_350, shown, Optional.empty());
  }

  private static Instant end(int window) {
    return T0.plusSeconds(5L * window);
  }

  private static List<Long> boxed(long[] counts) {
    return Arrays.stream(counts).boxed().toList();
  }

  private static void show(Judge judge, int i, SplittableRandom random) {
    judge.add(window(judge.trial(), i, random));
    judge.add(new Moment(end(i), new Shown(8, new Measured.Pair(random.nextDouble(), 1))));
    judge.add(new Moment(end(i), new Shown(9, new Measured.Value(random.nextDouble() * 3))));
  }

  @Test
  void restoredJudge_goesOnToTheSameBits() {
    Trial trial = tenMetrics();
    Judge whole = new Judge(trial);
    Judge pieces = new Judge(trial);
    for (int i = 1; i <= 150; i++) {
      show(whole, i, new SplittableRandom(i));
      show(pieces, i, new SplittableRandom(i));
      if (i % 7 == 0) {
        pieces = Judge.restore(trial, pieces.save());
      }
      assertThat(pieces.save()).as("window %d", i).isEqualTo(whole.save());
    }
    assertThat(pieces.each()).isEqualTo(whole.each());
    assertThat(Double.doubleToLongBits(pieces.logHarm()))
        .isEqualTo(Double.doubleToLongBits(whole.logHarm()));
  }

  @Test
  void restoredJudgeByOtherTools_goesOnToTheSameBits() {
    for (long seed = 1; seed <= 20; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Trial trial = Trial.of(Modes.all(), 0.01, T0, SETTINGS);
      Judge whole = new Judge(trial);
      Judge pieces = new Judge(trial);
      for (int i = 1; i <= 60; i++) {
        for (int m = 0; m < trial.metrics().size(); m++) {
          Measured measured = Modes.measured(trial.metrics().get(m), random);
          Moment moment = new Moment(T0.plusSeconds(60L * i), new Shown(m, measured));
          whole.add(moment);
          pieces.add(moment);
        }
        pieces = Judge.restore(trial, pieces.save());
        assertThat(pieces.save()).as("seed %d, minute %d", seed, i).isEqualTo(whole.save());
        assertThat(pieces.each()).isEqualTo(whole.each());
      }
      for (int m = 0; m < trial.metrics().size(); m++) {
        assertThat(pieces.untilNext(m, SETTINGS.interval()))
            .isEqualTo(whole.untilNext(m, SETTINGS.interval()));
      }
    }
  }

  /** They say what they say by themselves; the evidence of the others is not diluted by them. */
  @Test
  void metricsOfOtherTools_takeNoPartInTheMerging() {
    List<Metric> metrics = new ArrayList<>(Modes.all());
    metrics.addFirst(ERRORS);
    Judge among = new Judge(Trial.of(metrics, 0.01, T0, SETTINGS));
    Judge alone = new Judge(Trial.of(List.of(ERRORS), 0.01, T0, SETTINGS));
    WindowCounts counts = new WindowCounts(200, 3, 1_800, 9);
    among.add(counts(counts));
    alone.add(counts(counts));
    assertThat(among.logHarm()).isEqualTo(alone.logHarm());
  }

  @Test
  void stateOfTenMetrics_isSmall() {
    Judge judge = new Judge(tenMetrics());
    for (int i = 1; i <= 300; i++) {
      show(judge, i, new SplittableRandom(i));
    }
    int size = judge.save().length;
    System.out.printf("state of ten metrics: %d bytes%n", size);
    assertThat(size * 4 / 3).as("in base64").isLessThan(16 * 1024);
  }

  @Test
  void foreignOrDamagedState_isRefused() {
    Trial trial = tenMetrics();
    Judge judge = new Judge(trial);
    show(judge, 1, new SplittableRandom(1));
    byte[] state = judge.save();
    assertThatThrownBy(() -> Judge.restore(Trial.of(List.of(ERRORS), 0.01, T0, SETTINGS), state))
        .isInstanceOf(StateReader.Unreadable.class);
    for (int length : new int[] {0, 1, 10, state.length / 2, state.length - 1}) {
      assertThatThrownBy(() -> Judge.restore(trial, Arrays.copyOf(state, length)))
          .isInstanceOf(StateReader.Unreadable.class);
    }
    assertThatThrownBy(() -> Judge.restore(trial, Arrays.copyOf(state, state.length + 1)))
        .isInstanceOf(StateReader.Unreadable.class);
  }

  private static ClosedWindow counts(WindowCounts... counts) {
    List<Shown> shown = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      shown.add(new Shown(i, new Measured.Counts(counts[i])));
    }
    return new ClosedWindow(T0, Double.NaN, Optional.empty(), 3, 9, 0, 0, shown, Optional.empty());
  }

  @Test
  void everyMetricThatIsBadEnoughByItself_isBlamed() {
    Trial trial =
        Trial.of(
            List.of(ERRORS, named("second", ERRORS), named("fine", ERRORS)), 0.01, T0, SETTINGS);
    Judge judge = new Judge(trial);
    WindowCounts bad = new WindowCounts(200, 60, 1_800, 9);
    WindowCounts good = new WindowCounts(200, 1, 1_800, 9);
    judge.add(counts(bad, bad, good));
    assertThat(judge.each())
        .extracting(m -> m.verdict() instanceof Verdict.Fail)
        .containsExactly(true, true, false);
  }

  /** Neither reaches 1/alpha over its weight, their mean does: the stronger one is named. */
  @Test
  void meanOfTheEvidence_failsTheRollout() {
    Trial trial = Trial.of(List.of(ERRORS, named("second", ERRORS)), 0.01, T0, SETTINGS);
    boolean together = false;
    Judge judge = new Judge(trial);
    for (int i = 0; i < 200 && !(judge.verdict() instanceof Verdict.Fail); i++) {
      WindowCounts slightly = new WindowCounts(150, 1, 1_350, 1);
      judge.add(counts(slightly, slightly));
      together = judge.each().stream().allMatch(m -> m.logHarm() + Math.log(0.72) < Math.log(100));
    }
    assertThat(judge.verdict()).isInstanceOf(Verdict.Fail.class);
    assertThat(judge.verdict().evidence().metric()).isEqualTo("errors");
    assertThat(together).isTrue();
  }

  @Test
  void splitThatDoesNotMatch_isInvalidButNoReasonToRevert() {
    Trial trial = Trial.of(List.of(ERRORS), 0.01, T0, SETTINGS);
    Judge judge = new Judge(trial);
    for (int i = 1; i <= 20; i++) {
      judge.add(
          new ClosedWindow(
              end(i),
              0.1,
              Optional.of(T0),
              1,
              9,
              50,
              950,
              List.of(new Shown(0, new Measured.Counts(new WindowCounts(50, 0, 950, 1)))),
              Optional.empty()));
    }
    assertThat(judge.verdict()).isInstanceOf(Verdict.Invalid.class);
    assertThat(judge.verdict().evidence().reason()).contains("5.0% of", "told 10%");
  }
}
