package dev.palinode.analysis;

import static dev.palinode.analysis.Shop.ARMS;
import static dev.palinode.analysis.Shop.SETTINGS;
import static dev.palinode.analysis.Shop.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HistoryTest {
  private static final Metric ERRORS = BuiltInTemplates.http().metrics().getFirst();
  private static final List<Metric> ALL =
      List.of(ERRORS, Latencies.METRIC, RolloutRecordTest.GAUGE);
  private static final int MINUTES = 600;

  private static Series series(String part, double[] perMinute, String... labels) {
    Map<String, String> all = new HashMap<>(Map.of("palinode_part", part));
    for (int i = 0; i < labels.length; i += 2) {
      all.put(labels[i], labels[i + 1]);
    }
    List<Sample> samples = new ArrayList<>();
    Instant from = T0.minusSeconds(60L * perMinute.length);
    for (int i = 0; i < perMinute.length; i++) {
      samples.add(new Sample(from.plusSeconds(60L * i), perMinute[i]));
    }
    return new Series(all, samples);
  }

  private static double[] cumulated(SplittableRandom random, int n, double p) {
    double[] values = new double[MINUTES];
    for (int i = 1; i < MINUTES; i++) {
      values[i] = values[i - 1] + Shop.binomial(random, n, p);
    }
    return values;
  }

  /** Six pods with 1,000 requests a minute each. */
  private static List<Series> past() {
    SplittableRandom random = new SplittableRandom(1);
    List<Series> all = new ArrayList<>();
    for (int pod = 0; pod < 6; pod++) {
      String name = "pod-" + pod;
      all.add(series("0/all", cumulated(random, 1_000, 1 - 1e-9), "pod", name));
      all.add(series("0/bad", cumulated(random, 1_000, 0.004), "pod", name));
      double[] below = new double[MINUTES];
      for (String le : List.of("50", "250", "+Inf")) {
        double[] more = cumulated(random, le.equals("50") ? 500 : 250, 1 - 1e-9);
        for (int i = 0; i < MINUTES; i++) {
          below[i] += more[i];
        }
        all.add(series("1/le", below.clone(), "pod", name, "le", le));
      }
    }
    double[] gauge = new double[MINUTES];
    for (int i = 1; i < MINUTES; i++) {
      gauge[i] = 0.9 * gauge[i - 1] + random.nextGaussian();
    }
    all.add(series("2/gauge", gauge));
    return all;
  }

  private static List<Calibration> read(Answer<List<Series>> answer) {
    var read = new History(ALL, SETTINGS).read(new StoredMetrics().remembering(answer), ARMS, T0);
    return ((Answer.Known<List<Calibration>>) read).value();
  }

  @Test
  void question_isOneForAllMetrics() {
    String query = new History(ALL, SETTINGS).query(ARMS);
    assertThat(query.split(" or label_replace")).hasSize(4);
    assertThat(query)
        .startsWith("label_replace((sum by (pod) (istio_requests_total{")
        .contains("\"palinode_part\", \"0/bad\"", "sum by (pod, le) (", "\"2/gauge\"")
        .contains("reporter=\"destination\"");
  }

  @Test
  void past_tellsVariationAndWhatStableDid() {
    List<Calibration> calibrations = read(new Answer.Known<>(past()));
    Calibration errors = calibrations.getFirst();
    assertThat(errors.source()).contains("measured over 6 h before");
    assertThat(errors.before().getFirst() / errors.before().getLast())
        .isCloseTo(0.004, within(0.0005));
    Calibration latency = calibrations.get(1);
    assertThat(latency.edges()).containsExactly(50.0, 250.0, Double.POSITIVE_INFINITY);
    double all = latency.before().stream().mapToDouble(d -> d).sum();
    assertThat(latency.before().getFirst() / all).isCloseTo(0.5, within(0.01));
    assertThat(calibrations.get(2).before().getFirst()).isBetween(0.95, 1.0);
  }

  @Test
  void counterThatBeganAgain_isNoNegativePast() {
    double[] falling = new double[MINUTES];
    Arrays.setAll(falling, i -> i % 100 * 1_000.0);
    List<Series> past =
        List.of(
            series("0/all", falling, "pod", "a"), series("0/bad", new double[MINUTES], "pod", "a"));
    Calibration errors = read(new Answer.Known<>(past)).getFirst();
    assertThat(errors.before().getLast()).isCloseTo(594_000, within(6_000.0));
    assertThat(errors.podVariation()).isEqualTo(SETTINGS.podVariation());
  }

  @Test
  void noPast_isSaidAndAssumed() {
    for (Answer<List<Series>> answer :
        List.<Answer<List<Series>>>of(
            new Answer.Known<>(List.of()), new Answer.Refused<>("not here"))) {
      Calibration errors = read(answer).getFirst();
      assertThat(errors.podVariation()).isEqualTo(0.3);
      assertThat(errors.before()).isEmpty();
      assertThat(errors.source()).contains("pods assumed to vary by 0.3, since");
    }
  }

  @Test
  void oddPast_isNotUsed() {
    List<Series> odd =
        List.of(
            series("1/le", new double[] {Double.NaN, 3, -1}, "pod", "a", "le", "fast"),
            series("2/gauge", new double[] {1}),
            series("2/gauge", new double[] {1}, "pod", "b"),
            series("", new double[] {1}));
    assertThat(read(new Answer.Known<>(odd))).allMatch(c -> c.before().isEmpty());
  }

  @Test
  void gate_goesOnWithoutAPastThatCannotBeRead() {
    var store =
        new StoredMetrics()
            .with(Shop.of(3, 100, 0.1, 0.002, 0.002).byPod(Duration.ofMinutes(10)))
            .remembering(new Answer.Unreadable<>("too much"));
    Gate gate = Shop.gate();
    Instant now = T0.plusSeconds(120);
    assertThat(gate.look(store, ARMS, RouteWeight.told(T0), now).unreadable()).contains("too much");
    assertThat(gate.look(store, ARMS, RouteWeight.told(T0), now).unreadable()).contains("too much");
    Reading third = gate.look(store, ARMS, RouteWeight.told(T0), now);
    assertThat(third.unreadable()).isEmpty();
    assertThat(third.upTo()).isAfter(T0.plusSeconds(100));
    gate.look(store, ARMS, RouteWeight.told(T0), now.plusSeconds(60));
    assertThat(store.askedForRanges).hasSize(3);
  }
}
