package dev.palinode.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.analysis.Arms.Reporter;
import dev.palinode.analysis.Arms.Side;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Scrapes every 5 s, windows of 5 s; samples are written as second, value, second, value. */
class CounterLedgerTest {
  private static final String CANDIDATE = "checkout-7f9c2d41-aa";
  private static final String STABLE = "checkout-55d6-aa";
  private final CounterLedger ledger = new CounterLedger(Duration.ofSeconds(5));
  private Instant closed = Shop.T0;

  private static Instant second(double s) {
    return Shop.T0.plusMillis(Math.round(s * 1000));
  }

  private static List<Sample> samples(double... secondsAndValues) {
    List<Sample> all = new ArrayList<>();
    for (int i = 0; i < secondsAndValues.length; i += 2) {
      all.add(new Sample(second(secondsAndValues[i]), secondsAndValues[i + 1]));
    }
    return all;
  }

  private static Series pod(String pod, String code, double... samples) {
    return Shop.requests(
        samples(samples), code, "reporter", "destination", "pod", pod, "instance", pod + ":1");
  }

  private static Series gateway(String revision, String code, double... samples) {
    return Shop.requests(
        samples(samples),
        code,
        "reporter",
        "source",
        "destination_canonical_revision",
        revision,
        "instance",
        "gw:1");
  }

  private void read(double upTo, Series... series) {
    ledger.read(
        List.of(series),
        List.of(series),
        Shop.ARMS,
        closed.minus(Duration.ofMinutes(1)),
        closed,
        second(upTo),
        Shop.T0,
        Shop.T0);
  }

  private List<Long> windows(int count, Reporter reporter, Side side) {
    List<Long> counts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      closed = closed.plusSeconds(5);
      counts.add(ledger.take(closed).count(reporter, side));
    }
    return counts;
  }

  private List<Long> candidate(int count) {
    return windows(count, Reporter.DESTINATION, Side.CANDIDATE);
  }

  private List<Long> stable(int count) {
    return windows(count, Reporter.DESTINATION, Side.STABLE);
  }

  @Test
  void growth_belongsToTheWindowOfItsSample() {
    read(15, pod(STABLE, "200", -3, 100, 2, 110, 7, 125, 12, 125));
    assertThat(stable(3)).containsExactly(10L, 15L, 0L);
  }

  @Test
  void sampleOnTheEdge_belongsToTheWindowItEnds() {
    read(10, pod(STABLE, "200", 0, 100, 5, 107, 10, 108));
    assertThat(stable(2)).containsExactly(7L, 1L);
  }

  @Test
  void olderPodsFirstSample_isOnlyABase() {
    read(10, pod(STABLE, "200", 2, 5_000, 7, 5_003));
    assertThat(stable(2)).containsExactly(0L, 3L);
  }

  @Test
  void candidatePodsFirstSample_countsFromZero() {
    read(10, pod(CANDIDATE, "503", 2, 4, 7, 9));
    assertThat(candidate(2)).containsExactly(4L, 5L);
  }

  @Test
  void candidatePodsSampleFromBefore_isOnlyABase() {
    read(10, pod(CANDIDATE, "200", -1, 40, 4, 46, 9, 50));
    assertThat(candidate(2)).containsExactly(6L, 4L);
  }

  @Test
  void newSeriesOfATargetAlreadyRead_countsFromZero() {
    read(10, pod(STABLE, "200", -3, 100, 2, 110, 7, 120), pod(STABLE, "503", 7, 2));
    assertThat(stable(2)).containsExactly(10L, 12L);
  }

  @Test
  void newSeriesOfAGatewayAlreadyRead_countsFromZero() {
    read(
        10,
        gateway("latest", "200", -3, 100, 2, 110, 7, 120),
        gateway(Shop.ARMS.candidateRevision(), "503", 7, 2));
    assertThat(windows(2, Reporter.SOURCE, Side.CANDIDATE)).containsExactly(0L, 2L);
    assertThat(ledger.reporter(second(5))).isEqualTo(Reporter.DESTINATION);
    assertThat(ledger.reporter(second(10))).isEqualTo(Reporter.SOURCE);
  }

  @Test
  void newSeriesOfAnUnknownTarget_isOnlyABase() {
    read(10, gateway(Shop.ARMS.candidateRevision(), "200", 2, 900, 7, 902));
    assertThat(windows(2, Reporter.SOURCE, Side.CANDIDATE)).containsExactly(0L, 2L);
  }

  @Test
  void targetKnownOnlyBeforeABreakInReading_isUnknown() {
    read(5, gateway("latest", "200", -3, 100, 2, 110));
    windows(1, Reporter.SOURCE, Side.STABLE);
    closed = second(300);
    Series late = gateway(Shop.ARMS.candidateRevision(), "503", 303, 70);
    ledger.read(
        List.of(late),
        List.of(late),
        Shop.ARMS,
        second(285),
        closed,
        second(305),
        Shop.T0,
        Shop.T0);
    assertThat(windows(1, Reporter.SOURCE, Side.CANDIDATE)).containsExactly(0L);
  }

  @Test
  void reset_beginsAtZeroAgain() {
    read(15, pod(STABLE, "200", -1, 100, 4, 110, 9, 6, 14, 9));
    assertThat(stable(3)).containsExactly(10L, 6L, 3L);
    assertThat(ledger.distrust()).isEmpty();
  }

  @Test
  void smallFall_isNotBelieved() {
    read(15, pod(STABLE, "200", -1, 100, 4, 95, 9, 97));
    assertThat(stable(2)).containsExactly(0L, 2L);
  }

  @Test
  void counterThatKeepsFalling_isDistrustedAndNeverCounted() {
    read(20, pod(CANDIDATE, "503", -1, 100, 4, 90, 9, 80, 14, 70, 19, 60));
    assertThat(candidate(4)).containsExactly(0L, 0L, 0L, 0L);
    assertThat(ledger.distrust()).get().extracting("since").isEqualTo(second(15));
    assertThat(ledger.isTrusted(second(10))).isTrue();
    assertThat(ledger.isTrusted(second(15))).isFalse();
  }

  @Test
  void negativeNanAndInfinite_areDistrusted() {
    for (double value : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      var fresh = new CounterLedger(Duration.ofSeconds(5));
      List<Series> answer = List.of(pod(STABLE, "200", -1, 5, 4, value));
      fresh.read(answer, answer, Shop.ARMS, second(-60), Shop.T0, second(5), Shop.T0, Shop.T0);
      assertThat(fresh.distrust()).isPresent();
    }
  }

  @Test
  void missedScrape_fallsToTheLaterWindow() {
    read(20, pod(STABLE, "200", -1, 100, 4, 110, 19, 140));
    assertThat(stable(4)).containsExactly(10L, 0L, 0L, 30L);
  }

  @Test
  void lateSample_goesToTheNextOpenWindow() {
    read(5, pod(STABLE, "200", -1, 100));
    assertThat(stable(1)).containsExactly(0L);
    read(10, pod(STABLE, "200", -1, 100, 4, 110, 9, 111));
    assertThat(stable(1)).containsExactly(11L);
  }

  @Test
  void overlappingAnswers_countOnce() {
    read(5, pod(STABLE, "200", -1, 100, 4, 110));
    assertThat(stable(1)).containsExactly(10L);
    read(10, pod(STABLE, "200", -1, 100, 4, 110, 9, 115));
    assertThat(stable(1)).containsExactly(5L);
    assertThat(ledger.distrust()).isEmpty();
  }

  @Test
  void samplesAfterTheEdge_waitForALaterLook() {
    read(5, pod(STABLE, "200", -1, 100, 4, 110, 9, 115));
    assertThat(stable(2)).containsExactly(10L, 0L);
    closed = second(5);
    read(10, pod(STABLE, "200", -1, 100, 4, 110, 9, 115));
    assertThat(stable(1)).containsExactly(5L);
  }

  @Test
  void sameLabelsTwice_areDistrusted() {
    read(5, pod(STABLE, "200", -1, 100, 4, 110), pod(STABLE, "200", -1, 100, 4, 110));
    assertThat(stable(1)).containsExactly(10L);
    assertThat(ledger.distrust()).get().extracting("since").isEqualTo(second(5));
  }

  @Test
  void twoValuesAtOneMoment_areDistrusted() {
    read(5, pod(STABLE, "200", -1, 100, 4, 110, 4, 111));
    assertThat(ledger.distrust()).isPresent();
  }

  @Test
  void requestWithoutDestination_isTheRoutes() {
    read(5, gateway("latest", "200", -1, 9, 4, 10), gateway("unknown", "503", 4, 7));
    closed = second(5);
    assertThat(ledger.take(closed).count(Reporter.SOURCE, Side.ROUTE)).isEqualTo(7);
  }

  @Test
  void otherReporters_areLeftOut() {
    read(5, Shop.requests(samples(-1, 1, 4, 5), "200", "reporter", "waypoint", "pod", STABLE));
    assertThat(stable(1)).containsExactly(0L);
  }
}
