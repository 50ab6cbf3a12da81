package dev.palinode.analysis;

import static dev.palinode.analysis.Shop.ARMS;
import static dev.palinode.analysis.Shop.SETTINGS;
import static dev.palinode.analysis.Shop.T0;
import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.AnalysisTemplateSpec.Margin;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Ratio;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GateTest {
  private static final Duration LONG = Duration.ofMinutes(10);

  private static Reading watch(List<Series> stored, Duration until) {
    return Shop.watch(Shop.gate(), new StoredMetrics().with(stored), until);
  }

  private static Reading oneLook(List<Series> stored, Duration until) {
    Instant now = T0.plus(until);
    return Shop.gate().look(new StoredMetrics().with(stored), ARMS, RouteWeight.told(T0), now);
  }

  @Test
  void badRelease_failsWithItsNumbers() {
    Reading reading = watch(Shop.of(1, 100, 0.05, 0.005, 0.05).byPod(LONG), LONG);
    assertThat(reading.verdict()).isInstanceOf(Verdict.Fail.class);
    Evidence evidence = reading.verdict().evidence();
    assertThat(evidence.metric()).isEqualTo("errors");
    assertThat(evidence.requests()).isPositive();
    assertThat(evidence.observed()).endsWith("%");
    assertThat(evidence.reason()).contains("canary requests were bad", "1.0%");
  }

  @Test
  void badReleaseSeenFromTheSource_fails() {
    Reading reading = watch(Shop.of(2, 100, 0.05, 0.005, 0.05).byRevision(LONG), LONG);
    assertThat(reading.verdict()).isInstanceOf(Verdict.Fail.class);
  }

  @Test
  void failure_isNeverTakenBack() {
    Gate gate = Shop.gate();
    var store = new StoredMetrics().with(Shop.of(1, 100, 0.05, 0.005, 0.05).byPod(LONG));
    Reading first = Shop.watch(gate, store, LONG);
    Reading later = gate.look(store, ARMS, RouteWeight.NONE, T0.plus(LONG).plusSeconds(600));
    assertThat(later.verdict()).isEqualTo(first.verdict());
  }

  @Test
  void healthyRelease_passes() {
    Reading reading = watch(Shop.of(3, 100, 0.1, 0.002, 0.002).byPod(LONG), LONG);
    assertThat(reading.verdict()).isInstanceOf(Verdict.Pass.class);
  }

  @Test
  void failureInBothArms_isNotTheReleases() {
    Reading reading = watch(Shop.of(4, 100, 0.1, 0.4, 0.4).byPod(LONG), LONG);
    assertThat(reading.verdict()).isNotInstanceOf(Verdict.Fail.class);
  }

  @Test
  void fewRequests_areInconclusiveAndCounted() {
    Reading reading = watch(Shop.of(5, 2, 0.05, 0, 0).byPod(LONG), LONG);
    assertThat(reading.verdict()).isInstanceOf(Verdict.Inconclusive.class);
    long seen = reading.verdict().evidence().requests();
    assertThat(seen).isPositive();
    assertThat(reading.verdict().evidence().reason()).contains(seen + " canary requests seen");
  }

  @Test
  void noData_isInconclusiveWithNoRequests() {
    Reading reading = watch(List.of(), LONG);
    assertThat(reading.verdict()).isInstanceOf(Verdict.Inconclusive.class);
    assertThat(reading.verdict().evidence().requests()).isZero();
    assertThat(reading.candidateRate()).isEmpty();
    assertThat(reading.unreadable()).isEmpty();
  }

  @Test
  void unreadableStore_freezesWhatWasKnown() {
    Gate gate = Shop.gate();
    var store = new StoredMetrics().with(Shop.of(6, 100, 0.1, 0.002, 0.002).byPod(LONG));
    Reading before = Shop.watch(gate, store, Duration.ofSeconds(60));
    store.instead(new Answer.Unreadable<>("Prometheus at p:9090 gave no answer within 10 s"));
    Reading blind = gate.look(store, ARMS, RouteWeight.told(T0), T0.plusSeconds(300));
    assertThat(blind.unreadable()).get().asString().contains("no answer within 10 s");
    assertThat(blind.upTo()).isEqualTo(before.upTo());
    assertThat(blind.verdict()).isEqualTo(before.verdict());

    store.at(Instant.MAX).instead(null);
    Reading again = gate.look(store, ARMS, RouteWeight.told(T0), T0.plus(LONG));
    assertThat(again.unreadable()).isEmpty();
    assertThat(again.verdict()).isEqualTo(oneLook(stored(6), LONG).verdict());
  }

  private static List<Series> stored(long seed) {
    return Shop.of(seed, 100, 0.1, 0.002, 0.002).byPod(LONG);
  }

  @Test
  void refusedQuery_isInvalidWithTheStoresWords() {
    Gate gate = Shop.gate();
    var store = new StoredMetrics().instead(new Answer.Refused<>("parse error: unexpected )"));
    Reading reading = Shop.watch(gate, store, Duration.ofSeconds(60));
    assertThat(reading.verdict()).isInstanceOf(Verdict.Invalid.class);
    assertThat(reading.verdict().evidence().reason()).contains("unexpected )");
    assertThat(reading.unreadable()).isEmpty();
  }

  @Test
  void metricWithProblems_isInvalidAndNeverAsked() {
    Metric metric =
        TemplateProblemsTest.ratio(new Ratio("rate(x[1m])", "istio_requests_total"), null, null);
    var store = new StoredMetrics();
    Reading reading =
        new Gate(List.of(metric), 0.01, T0, SETTINGS)
            .look(store, ARMS, RouteWeight.told(T0), T0.plusSeconds(60));
    assertThat(reading.verdict()).isInstanceOf(Verdict.Invalid.class);
    assertThat(store.asked).noneMatch(q -> q.contains("rate("));
  }

  @Test
  void silentCandidate_isInvalidUntilItSpeaksAgain() {
    Gate gate = Shop.gate();
    Duration minute = Duration.ofSeconds(60);
    List<Series> stored = new ArrayList<>();
    for (Series series : stored(7)) {
      boolean candidate = series.labels().getOrDefault("pod", "").contains("7f9c2d41");
      stored.add(
          new Series(
              series.labels(),
              series.samples().stream()
                  .filter(s ->
                      !candidate
                          || !s.at().isAfter(T0.plus(minute))
                          || s.at().isAfter(T0.plusSeconds(180)))
                  .toList()));
    }
    var store = new StoredMetrics().with(stored);
    assertThat(gate.look(store, ARMS, RouteWeight.told(T0), T0.plusSeconds(70)).verdict())
        .isNotInstanceOf(Verdict.Invalid.class);
    Reading silent = gate.look(store, ARMS, RouteWeight.told(T0), T0.plusSeconds(120));
    assertThat(silent.verdict()).isInstanceOf(Verdict.Invalid.class);
    assertThat(silent.verdict().evidence().reason()).contains("silent since");
    assertThat(silent.candidateRate()).isEmpty();
    assertThat(gate.look(store, ARMS, RouteWeight.NONE, T0.plusSeconds(125)).verdict())
        .as("without weight silence is no fault")
        .isNotInstanceOf(Verdict.Invalid.class);
    assertThat(gate.look(store, ARMS, RouteWeight.told(T0), T0.plusSeconds(240)).verdict())
        .isNotInstanceOf(Verdict.Invalid.class);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, -5})
  void impossibleCounter_neitherFailsNorPasses(double value) {
    List<Series> stored = new ArrayList<>(stored(8));
    stored.add(candidates500(List.of(new Sample(T0.plusSeconds(4), value))));
    assertThat(watch(stored, LONG).verdict()).isInstanceOf(Verdict.Invalid.class);
  }

  @Test
  void fallingCounter_neitherFailsNorPasses() {
    List<Sample> falling = new ArrayList<>();
    for (int s = -4; s < LONG.toSeconds(); s += 5) {
      falling.add(new Sample(T0.plusSeconds(s), 10_000 - s));
    }
    List<Series> stored = new ArrayList<>(stored(8));
    stored.add(candidates500(falling));
    assertThat(watch(stored, LONG).verdict()).isInstanceOf(Verdict.Invalid.class);
  }

  @Test
  void seriesGivenTwice_neitherFailsNorPasses() {
    List<Series> stored = new ArrayList<>(stored(8));
    stored.add(candidates500(List.of(new Sample(T0.plusSeconds(4), 1))));
    stored.add(candidates500(List.of(new Sample(T0.plusSeconds(4), 1))));
    assertThat(watch(stored, LONG).verdict()).isInstanceOf(Verdict.Invalid.class);
  }

  @Test
  void moreErrorsThanRequests_neitherFailNorPass() {
    Ratio ratio = new Ratio("istio_requests_total", "istio_requests_total{response_code=\"503\"}");
    Metric reversed = TemplateProblemsTest.ratio(ratio, null, null);
    var store = new StoredMetrics().with(Shop.of(17, 100, 0.1, 0.01, 0.01).byPod(LONG));
    Reading reading = Shop.watch(new Gate(List.of(reversed), 0.01, T0, SETTINGS), store, LONG);
    assertThat(reading.verdict()).isInstanceOf(Verdict.Invalid.class);
    assertThat(reading.verdict().evidence().reason()).contains("more bad requests than requests");
  }

  private static Series candidates500(List<Sample> samples) {
    return Shop.requests(
        samples, "500", "reporter", "destination", "pod", ARMS.candidatePods().getFirst());
  }

  @Test
  void nextLook_isWhenAWindowCanBeClosed() {
    Gate gate = Shop.gate();
    var store = new StoredMetrics().with(stored(14));
    Reading reading = gate.look(store, ARMS, RouteWeight.told(T0), T0.plusSeconds(63));
    assertThat(reading.upTo()).isEqualTo(T0.plusSeconds(60));
    assertThat(reading.nextLook()).isEqualTo(T0.plusSeconds(66));
    gate.look(store, ARMS, RouteWeight.told(T0), T0.plusSeconds(65));
    assertThat(gate.look(store, ARMS, RouteWeight.told(T0), T0.plusSeconds(66)).upTo())
        .isEqualTo(T0.plusSeconds(65));
  }

  @Test
  void armsThatCannotBeToldApart_areInvalid() {
    List<Series> stored = new ArrayList<>();
    for (Series series : stored(9)) {
      var labels = new java.util.HashMap<>(series.labels());
      labels.remove("pod");
      stored.add(new Series(labels, series.samples()));
    }
    Reading reading = watch(stored, Duration.ofSeconds(120));
    assertThat(reading.verdict()).isInstanceOf(Verdict.Inconclusive.class);

    var shop = Shop.of(9, 100, 0.1, 0.002, 0.002);
    Reading source = watch(shop.gateway(T0.minusSeconds(60), LONG, 50, 0, "unknown"), LONG);
    assertThat(source.verdict()).isInstanceOf(Verdict.Invalid.class);
    assertThat(source.verdict().evidence().reason()).contains("tells the arms apart");
  }

  @Test
  void errorsOfTheRoute_areCountedAndBlameNobody() {
    var shop = Shop.of(10, 100, 0.1, 0.002, 0.002);
    List<Series> stored = new ArrayList<>(shop.byRevision(LONG));
    stored.addAll(shop.gateway(T0, LONG, 20, 1, "unknown"));
    Reading reading = watch(stored, LONG);
    assertThat(reading.verdict()).isInstanceOf(Verdict.Pass.class);
    assertThat(reading.routeErrors().isGrave()).isTrue();
    assertThat(watch(stored(10), LONG).routeErrors().isGrave()).isFalse();
  }

  @Test
  void share_countsOnlyRequestsSentUnderTheWeight() {
    var store = new StoredMetrics().with(Shop.of(11, 100, 0.1, 0, 0).byPod(LONG));
    Gate gate = Shop.gate();
    Instant set = T0.plusSeconds(120);
    Reading early = gate.look(store, ARMS, RouteWeight.told(set), set.plusSeconds(6));
    assertThat(early.shareSince()).contains(new Share(0, 0));
    Reading later = gate.look(store, ARMS, RouteWeight.told(set), set.plusSeconds(111));
    Share share = later.shareSince().orElseThrow();
    assertThat(share.total()).isBetween(9_000L, 11_500L);
    assertThat(share.candidate() / (double) share.total()).isBetween(0.08, 0.12);
    assertThat(gate.look(store, ARMS, RouteWeight.NONE, set.plusSeconds(112)).shareSince())
        .isEmpty();
  }

  @Test
  void candidateRate_fallsToZeroOnceTheAbortIsThrough() {
    Duration until = Duration.ofSeconds(60);
    List<Series> stored = new ArrayList<>();
    for (Series series : Shop.of(12, 100, 0.1, 0, 0).byPod(until)) {
      List<Sample> samples = new ArrayList<>(series.samples());
      double last = samples.getLast().value();
      for (int s = 65; s <= 90; s += 5) {
        samples.add(new Sample(T0.plusSeconds(s), last));
      }
      stored.add(new Series(series.labels(), samples));
    }
    Gate gate = Shop.gate();
    var store = new StoredMetrics().with(stored);
    assertThat(gate.look(store, ARMS, RouteWeight.told(T0), T0.plusSeconds(61)).candidateRate())
        .get()
        .satisfies(rate -> assertThat(rate).isBetween(3.0, 20.0));
    assertThat(gate.look(store, ARMS, RouteWeight.NONE, T0.plusSeconds(71)).candidateRate())
        .contains(0.0);
  }

  @Test
  void lateSamples_lengthenTheLag() {
    Gate gate = Shop.gate();
    var store = new StoredMetrics().with(stored(13)).delayed(Duration.ofSeconds(20));
    Reading reading = Shop.watch(gate, store, Duration.ofSeconds(120));
    assertThat(reading.lag()).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(30));
    assertThat(Shop.watch(Shop.gate(), new StoredMetrics().with(stored(13)), LONG).lag())
        .isEqualTo(SETTINGS.ingestionDelay());
  }

  @Test
  void lookBeforeAWindowIsDue_asksNothing() {
    Gate gate = Shop.gate();
    var store = new StoredMetrics().with(stored(14));
    gate.look(store, ARMS, RouteWeight.told(T0), T0.plusSeconds(61));
    int asked = store.asked.size();
    gate.look(store, ARMS, RouteWeight.told(T0), T0.plusSeconds(62));
    assertThat(store.asked).hasSize(asked).hasSize(2);
  }

  @Test
  void severalMetrics_shareTheOneAlpha() {
    Ratio ratio = BuiltInTemplates.http().metrics().getFirst().ratio();
    Metric errors = TemplateProblemsTest.ratio(ratio, new Margin(1.2, 0.0005), null);
    Metric notes = new Metric("notes", ratio, null, null, null, null, 0, false);
    Metric other = new Metric("other", ratio, null, null, null, null, 0, true);
    var store = new StoredMetrics().with(Shop.of(15, 100, 0.05, 0.005, 0.05).byPod(LONG));
    Gate gate = new Gate(List.of(errors, notes, other), 0.01, T0, SETTINGS);
    Reading reading = Shop.watch(gate, store, LONG);
    assertThat(reading.perMetric())
        .extracting(MetricVerdict::metric)
        .containsExactly("errors", "notes", "other");
    assertThat(reading.perMetric().getFirst().verdict()).isInstanceOf(Verdict.Fail.class);
    assertThat(reading.verdict().evidence().metric()).isEqualTo("errors");
  }

  @Test
  void metricThatOnlyAnnotates_neverFailsTheRollout() {
    Ratio ratio = BuiltInTemplates.http().metrics().getFirst().ratio();
    Metric notes = new Metric("notes", ratio, null, null, null, null, 0, false);
    var store = new StoredMetrics().with(Shop.of(16, 100, 0.05, 0.005, 0.05).byPod(LONG));
    Reading reading = Shop.watch(new Gate(List.of(notes), 0.01, T0, SETTINGS), store, LONG);
    assertThat(reading.perMetric().getFirst().verdict()).isInstanceOf(Verdict.Fail.class);
    assertThat(reading.verdict()).isInstanceOf(Verdict.Pass.class);
  }

  @Test
  void noMetric_isInconclusive() {
    Gate gate = new Gate(List.of(), 0.01, T0, SETTINGS);
    assertThat(
            gate.look(new StoredMetrics(), ARMS, RouteWeight.told(T0), T0.plusSeconds(60))
                .verdict())
        .isInstanceOf(Verdict.Inconclusive.class);
  }
}
