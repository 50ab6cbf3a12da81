package dev.palinode.testbed.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The measured routing tables, section 3: what each wrong order costs. */
class MeasuredErrorsTest {

  @Test
  void routeASecondBeforeTheRule_failsEverything() {
    MeshTimeline time = MeshTimeline.stable().rate(200);
    Instant write = time.now();
    time.put(MeshTimeline.route(MeshTimeline.weights(5))).run(1_000);
    time.put(MeshTimeline.rule()).run(1_000);

    assertThat(time.failures(write, "NC")).isBetween(195L, 210L); // measured 206 in 1.03 s
    assertThat(time.failures(write)).allMatch(r -> r.code() == 503 && r.pod().isEmpty());
    Instant broken = time.failures(write).getFirst().time();
    assertThat(time.requests(broken).subList(0, 195)).allMatch(Request::isFailure);
  }

  @Test
  void routeBeforeTheRule_isNotHelpedByRetries() {
    MeshTimeline time =
        new MeshTimeline(Debounce.Timing.istiod(), 2, RevisionSource.POD_LABELS)
            .withStable()
            .rate(200);
    Instant write = time.now();
    time.put(MeshTimeline.route(MeshTimeline.weights(5))).run(1_000);

    assertThat(time.failures(write, "NC")).isGreaterThan(170);
  }

  @Test
  void ruleASecondBeforeThePlainRoute_failsEverything() {
    MeshTimeline time = MeshTimeline.split(5).rate(200);
    Instant write = time.now();
    time.remove(MeshTimeline.rule()).run(1_000);
    time.put(MeshTimeline.route(MeshTimeline.plain())).run(1_000);

    assertThat(time.failures(write, "NC")).isBetween(180L, 210L); // measured 186 in 1.0 s
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 50})
  void ruleAndRouteInOnePush_failForSomeMilliseconds(int gap) {
    int there = 0;
    int back = 0;
    for (int i = 0; i < 12; i++) {
      MeshTimeline time = MeshTimeline.stable().pods("v2", 3).run(1_000).rate(400);
      Instant write = time.run(i).now();
      time.put(MeshTimeline.rule()).run(gap);
      time.put(MeshTimeline.route(MeshTimeline.weights(5))).run(1_000);
      there += time.failures(write).size();

      Instant undo = time.now();
      time.put(MeshTimeline.route(MeshTimeline.plain())).run(gap);
      time.remove(MeshTimeline.rule()).run(1_000);
      back += time.failures(undo).size();
    }

    assertThat(there).isBetween(3, 20); // measured 10 and 6
    assertThat(back).isBetween(2, 15); // measured 4 and 7
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 150, 300})
  void ruleAndRouteApart_neverFail(int gap) {
    MeshTimeline time = MeshTimeline.stable().pods("v2", 3).run(1_000).rate(400);
    Instant start = time.now();
    for (int i = 0; i < 12; i++) {
      time.put(MeshTimeline.rule()).run(gap);
      time.put(MeshTimeline.route(MeshTimeline.weights(5))).run(500 + i);
      time.put(MeshTimeline.route(MeshTimeline.plain())).run(gap);
      time.remove(MeshTimeline.rule()).run(500 + i);
    }

    assertThat(time.requests(start)).hasSizeGreaterThan(5_000);
    assertThat(time.failures(start)).isEmpty(); // measured 0 of 28,490
  }

  @Test
  void weightZeroAndCanaryDeletedTogether_failUntilThePush() {
    MeshTimeline time = MeshTimeline.split(50).rate(200);
    Instant write = time.now();
    time.put(MeshTimeline.route(MeshTimeline.weights(0)));
    for (int i = 0; i < 3; i++) {
      time.put(MeshTimeline.dying(MeshTimeline.pod("v2", i), Duration.ZERO));
    }
    time.run(1_000);

    assertThat(time.failures(write).size()).isBetween(4, 17); // measured 9 in 91 ms
    assertThat(time.failures(write)).allMatch(r -> r.flags().equals("UF"));
  }

  @Test
  void canaryDeletedASecondBeforeWeightZero_failsItsWholeShare() {
    MeshTimeline time = MeshTimeline.split(50).rate(200);
    Instant write = time.now();
    time.delete("v2", 3, Duration.ZERO).run(910);
    time.put(MeshTimeline.route(MeshTimeline.weights(0))).run(1_000);

    assertThat(time.failures(write).size()).isBetween(85, 135); // measured 101
    assertThat(time.failures(write, "UH")).isGreaterThan(70);
  }

  @Test
  void halfToASubsetWithoutPods_failsThatHalf() {
    MeshTimeline time = MeshTimeline.stable();
    time.put(MeshTimeline.rule()).run(1_000);
    time.put(MeshTimeline.route(MeshTimeline.weights(50))).run(1_000).rate(200);
    Instant start = time.now();
    time.run(1_000);

    assertThat(time.failures(start, "UH")).isBetween(72L, 128L); // measured 95 of 200
    assertThat(time.failures(start)).allMatch(r -> r.flags().equals("UH"));
  }

  @Test
  void podsStoppedUnderLoad_failUntilTheirEndpointsAreGone() {
    assertThat(stopNinePods(0, Duration.ZERO)).isBetween(40, 80); // measured 58-67
  }

  @Test
  void podsStoppedUnderLoad_failLessWithRetries() {
    assertThat(stopNinePods(2, Duration.ZERO)).isLessThan(21); // measured 20-21
  }

  @Test
  void podsThatSleepBeforeStopping_neverFail() {
    assertThat(stopNinePods(0, Duration.ofSeconds(2))).isZero(); // measured 0
  }

  /** Three lives, each of which stops the three canary pods beside three stable ones. */
  private static int stopNinePods(int retries, Duration preStop) {
    int failures = 0;
    for (int life = 0; life < 3; life++) {
      MeshTimeline time =
          new MeshTimeline(Debounce.Timing.istiod(), retries, RevisionSource.POD_LABELS)
              .withStable()
              .pods("v2", 3)
              .run(1_000)
              .rate(200);
      Instant stop = time.run(life).now();
      failures += time.delete("v2", 3, preStop).run(3_000).failures(stop).size();
    }
    return failures;
  }

  @Test
  void plainHost_givesCanaryPodsTheirPodShare() {
    MeshTimeline time = MeshTimeline.stable().rate(400);
    time.pods("v2", 3).run(1_000);
    Instant live = time.now();
    time.run(25_000);

    assertThat(time.share("v2", live)).isBetween(0.46, 0.53); // measured 46-53 %
  }

  @Test
  void routeBeforeTheCanaryPods_exposesNothing() {
    MeshTimeline time = MeshTimeline.stable().rate(200);
    Instant start = time.now();
    time.put(MeshTimeline.rule()).run(1_000);
    time.put(MeshTimeline.route(MeshTimeline.weights(0))).run(1_000);
    time.pods("v2", 3).run(5_000);

    assertThat(time.share("v2", start)).isZero();
    assertThat(time.failures(start)).isEmpty();
  }

  @Test
  void wholeLifeWithASecondBetweenSteps_neverFails() {
    MeshTimeline time = MeshTimeline.stable().rate(200);
    Instant start = time.now();
    time.put(MeshTimeline.rule()).run(1_000);
    for (int weight : List.of(0, 5, 50, 100)) {
      time.put(MeshTimeline.route(MeshTimeline.weights(weight))).run(1_000);
      if (weight == 0) {
        time.pods("v2", 3).run(1_000);
      }
    }
    time.delete("v1", 3, Duration.ZERO).run(1_000);
    time.put(MeshTimeline.route(MeshTimeline.plain())).run(1_000);
    time.remove(MeshTimeline.rule()).run(1_000);

    assertThat(time.failures(start)).isEmpty(); // measured 0 of 2,477
    assertThat(time.share("v2", time.now().minusMillis(900))).isEqualTo(1.0);
  }

  @Test
  void wholeLifeWithoutWaiting_fails() {
    MeshTimeline time = MeshTimeline.split(100).rate(200);
    Instant start = time.now();
    time.delete("v1", 3, Duration.ZERO);
    time.put(MeshTimeline.route(MeshTimeline.plain()));
    time.remove(MeshTimeline.rule()).run(1_000);
    assertThat(time.failures(start)).hasSizeLessThan(5);

    MeshTimeline hasty = MeshTimeline.split(50).rate(200);
    Instant begin = hasty.now();
    hasty.put(MeshTimeline.route(MeshTimeline.weights(100)));
    hasty.delete("v1", 3, Duration.ZERO).run(1_000);
    assertThat(hasty.failures(begin)).hasSizeBetween(5, 40); // measured 23
  }

  @Test
  void secondsBetweenStepsUnderChurn_fail() {
    MeshTimeline time = MeshTimeline.split(50).rate(200).churn().run(10_500);
    Instant start = time.now();
    time.put(MeshTimeline.route(MeshTimeline.weights(100))).run(2_000);
    time.delete("v1", 3, Duration.ZERO).run(15_000);

    // measured 39 and 667: v1 stopped before Envoy had w=100
    assertThat(time.failures(start)).hasSizeBetween(39, 1_000);
  }

  @Test
  void twelveSecondsBetweenStepsUnderChurn_neverFail() {
    MeshTimeline time = MeshTimeline.split(50).rate(200).churn().run(10_500);
    Instant start = time.now();
    time.put(MeshTimeline.route(MeshTimeline.weights(100))).run(12_000);
    time.delete("v1", 3, Duration.ZERO).run(12_000);
    time.put(MeshTimeline.route(MeshTimeline.plain())).run(12_000);
    time.remove(MeshTimeline.rule()).run(12_000);

    assertThat(time.failures(start)).isEmpty(); // measured 0 of 17,729
  }

  @Test
  void routeThatForbidsRetries_isObeyed() {
    MeshTimeline time =
        new MeshTimeline(Debounce.Timing.istiod(), 2, RevisionSource.POD_LABELS).withStable();
    time.put(MeshTimeline.route(MeshTimeline.plain(), OptionalInt.of(0)));
    time.pods("v2", 3).run(1_000).rate(200);
    Instant stop = time.now();
    time.delete("v2", 3, Duration.ZERO).run(1_000);

    assertThat(time.failures(stop)).hasSizeGreaterThan(10);
  }

  @Test
  void hostThatNobodyServes_isNotFound() {
    MeshTimeline time = new MeshTimeline().rate(10).run(1_000);

    assertThat(time.failures(MeshTimeline.START)).isNotEmpty();
    assertThat(time.failures(MeshTimeline.START))
        .allMatch(r -> r.code() == 404 && r.flags().equals("NR"));
  }
}
