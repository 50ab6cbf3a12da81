package dev.palinode.testbed.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The measured routing tables, section 4: how exactly a weight is served, 500 requests/s. */
class MeasuredSharesTest {

  @ParameterizedTest
  @CsvSource({"1, 0.1", "5, 0.09", "50, 0.06"})
  void weight_isServedWithinTheBinomialBand(int percent, double measuredSpread) {
    MeshTimeline time = MeshTimeline.split(percent).rate(500);
    Instant start = time.now();
    time.run(20_000);
    double w = percent / 100.0;
    int n = time.requests(start).size();

    assertThat(n).isBetween(9_950, 10_000);
    assertThat(Math.abs(time.share("v2", start) - w))
        .isLessThanOrEqualTo(4 * Math.sqrt(w * (1 - w) / n));
    for (int second = 0; second < 20; second += 2) {
      List<Request> thousand =
          time.requests(start).stream().skip(second * 500L).limit(1_000).toList();
      double share =
          thousand.stream().filter(r -> r.imageTag().equals("v2")).count()
              / (double) thousand.size();
      assertThat(Math.abs(share - w))
          .isLessThanOrEqualTo(4 * Math.sqrt(w * (1 - w) / thousand.size()) + 1e-9);
      assertThat(Math.abs(share - w)).isLessThan(measuredSpread);
    }
  }

  @Test
  void podsOfASubset_shareEvenly() {
    MeshTimeline time = MeshTimeline.split(50).rate(500);
    Instant start = time.now();
    time.run(20_000);
    Map<String, Integer> perPod = new TreeMap<>();
    time.requests(start).forEach(r -> perPod.merge(r.pod(), 1, Integer::sum));

    assertThat(perPod).hasSize(6);
    assertThat(perPod.values()).allMatch(n -> Math.abs(n - 10_000 / 6.0) < 4 * Math.sqrt(1_389));
  }

  @Test
  void weightsThatDoNotSumToHundred_areKept() {
    MeshTimeline time = MeshTimeline.split(0);
    time.put(MeshTimeline.route(MeshTimeline.weights(9_999, 1))).run(1_000).rate(2_000);
    Instant start = time.now();
    time.run(50_000);

    assertThat(time.requests(start)).hasSizeGreaterThan(99_000);
    assertThat(time.share("v2", start)).isBetween(0.00001, 0.0003);
  }

  @Test
  void weightZero_needsNoCanaryPods() {
    MeshTimeline time = MeshTimeline.stable();
    time.put(MeshTimeline.rule()).run(1_000);
    time.put(MeshTimeline.route(MeshTimeline.weights(0))).run(1_000).rate(200);
    Instant start = time.now();
    time.run(5_000);

    assertThat(time.failures(start)).isEmpty();
    assertThat(time.share("v1", start)).isEqualTo(1.0);
  }

  @Test
  void sameSeed_givesTheSameRequests() {
    List<Request> once = MeshTimeline.split(50).rate(200).run(2_000).requests(MeshTimeline.START);
    List<Request> again = MeshTimeline.split(50).rate(200).run(2_000).requests(MeshTimeline.START);

    assertThat(again).isEqualTo(once);
  }
}
