package dev.palinode.testbed.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.testbed.mesh.MeshConfig.Destination;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The measured routing tables, section 2: from the write to the first answer, 200 requests/s. */
class MeasuredDelaysTest {

  @Test
  void quietDefaults_takeAboutHundredMilliseconds() {
    MeshTimeline time = MeshTimeline.split(0).rate(200);
    List<Long> delays = flips(time, 80, 300);

    assertThat(median(delays)).isBetween(100L, 110L); // measured p50 104
    assertThat(Collections.max(delays)).isLessThanOrEqualTo(112); // measured max 110
    assertThat(time.failures(MeshTimeline.START)).isEmpty(); // measured 0 of 22,154
  }

  @Test
  void churn_delaysUpToTheDebounceMaximum() {
    MeshTimeline time = MeshTimeline.split(0).rate(200).churn();
    List<Long> delays = flips(time, 40, 12_345);

    assertThat(median(delays)).isBetween(3_000L, 7_000L); // measured p50 4,695
    assertThat(Collections.max(delays)).isBetween(6_615L, 10_200L); // measured max 6,615 of n=6
    assertThat(time.failures(MeshTimeline.START)).isEmpty();
  }

  @Test
  void churnWithAMaximumOfOneSecond_delaysUpToThat() {
    var timing = new Debounce.Timing(Duration.ofMillis(100), Duration.ofSeconds(1));
    MeshTimeline time =
        new MeshTimeline(timing, 0, RevisionSource.POD_LABELS).withSplit(0).rate(200).churn();
    List<Long> delays = flips(time, 40, 2_345);

    assertThat(median(delays)).isBetween(300L, 900L); // measured p50 730
    assertThat(Collections.max(delays)).isBetween(800L, 1_150L); // measured max 1,036
  }

  @Test
  void quietTimeOfTenMilliseconds_isFast() {
    var timing = new Debounce.Timing(Duration.ofMillis(10), Duration.ofSeconds(10));
    MeshTimeline time =
        new MeshTimeline(timing, 0, RevisionSource.POD_LABELS).withSplit(0).rate(200);

    assertThat(median(flips(time, 30, 300))).isBetween(10L, 20L); // measured p50 15
  }

  @Test
  void abortUnderChurn_canaryIsServedForSeconds() {
    List<Duration> served = new ArrayList<>();
    for (int phase : List.of(0, 3_100, 6_200, 9_300)) {
      MeshTimeline time = MeshTimeline.split(50).rate(200).churn().run(20_000 + phase);
      Instant abort = time.now();
      time.put(MeshTimeline.route(MeshTimeline.weights(0))).run(15_000);
      served.add(time.untilLast("v2", abort));
    }

    assertThat(Collections.max(served)).isGreaterThan(Duration.ofSeconds(6)); // measured 9.1 s
    assertThat(Collections.max(served)).isLessThan(Duration.ofMillis(10_200));
  }

  @Test
  void stepsUnderChurn_areSkippedSilently() {
    MeshTimeline time = MeshTimeline.split(0).rate(200).churn().run(10_500);
    Instant begin = time.now();
    for (int weight : List.of(5, 50, 100)) {
      time.put(MeshTimeline.route(MeshTimeline.weights(weight))).run(1_000);
    }
    time.run(15_000);

    Instant switched = begin.plus(time.untilFirst("v2", begin));
    assertThat(time.share("v2", switched)).isEqualTo(1.0);
    assertThat(time.failures(begin)).isEmpty();
  }

  @Test
  void unchangedObjectWrittenAgain_pushesNothing() {
    MeshTimeline time = MeshTimeline.split(5);
    long pushes = time.mesh.pushes();

    time.put(MeshTimeline.route(MeshTimeline.weights(5))).put(MeshTimeline.rule()).run(1_000);

    assertThat(time.mesh.pushes()).isEqualTo(pushes);
  }

  @Test
  void podThatIsNotReadyYet_pushesNothing() {
    MeshTimeline time = MeshTimeline.stable();
    long pushes = time.mesh.pushes();
    var ready = MeshTimeline.pod("v2", 0);
    time.put(
            new MeshConfig.Pod(
                ready.name(),
                ready.uid(),
                ready.labels(),
                false,
                false,
                false,
                Duration.ZERO,
                ready.image(),
                ready.workload()))
        .run(1_000);
    assertThat(time.mesh.pushes()).isEqualTo(pushes);

    time.put(ready).run(1_000);
    assertThat(time.mesh.pushes()).isEqualTo(pushes + 1);
  }

  @Test
  void revisionLabelOnARunningPod_isKnownAboutHundredMillisecondsLater() {
    MeshTimeline time = MeshTimeline.stable().rate(200);
    Instant labelled = time.now();
    for (int i = 0; i < 3; i++) {
      time.put(
          MeshTimeline.labelled(
              MeshTimeline.pod("v1", i),
              Map.of("app", "foo", "service.istio.io/canonical-revision", "r7")));
    }
    time.run(1_000);

    Duration delay =
        time.answers.stream()
            .filter(a -> a.endpoint().orElseThrow().canonicalRevision().equals("r7"))
            .findFirst()
            .map(a -> Duration.between(labelled, a.request().time()))
            .orElseThrow();
    assertThat(delay).isBetween(Duration.ofMillis(95), Duration.ofMillis(130)); // measured 124
  }

  /** Switches 0 to 100 and back; each delay runs from the write to the new version's answer. */
  private static List<Long> flips(MeshTimeline time, int count, long pause) {
    List<Long> delays = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean toCanary = i % 2 == 0;
      List<Destination> weights = MeshTimeline.weights(toCanary ? 100 : 0);
      Instant write = time.now();
      time.put(MeshTimeline.route(weights)).run(pause + 7 * i);
      delays.add(time.untilFirst(toCanary ? "v2" : "v1", write).toMillis());
    }
    return delays;
  }

  private static long median(List<Long> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
