package dev.palinode.testbed.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class IstioMetricsTest {
  private static final String REVISION = "service.istio.io/canonical-revision";

  @Test
  void answeredRequests_areCountedAtBothEnds() {
    MeshTimeline time = MeshTimeline.split(50).rate(100).run(10_000);
    List<String> lines = scrape(time);

    assertThat(sum(lines, "istio_requests_total", "reporter=\"source\""))
        .isEqualTo(time.answers.size());
    assertThat(sum(lines, "istio_requests_total", "reporter=\"destination\""))
        .isEqualTo(time.answers.size());
    assertThat(lines)
        .anyMatch(l ->
            l.startsWith(
                "istio_requests_total{reporter=\"destination\","
                    + "source_workload=\"istio-ingressgateway\","
                    + "source_workload_namespace=\"istio-ingress\","
                    + "destination_workload=\"foo\",destination_workload_namespace=\"shop\","
                    + "destination_service=\"foo.shop.svc.cluster.local\","
                    + "destination_service_name=\"foo\",destination_service_namespace=\"shop\","
                    + "destination_canonical_revision=\"latest\",response_code=\"200\","
                    + "response_flags=\"-\",request_protocol=\"http\",pod=\"foo-v2-0\"} "));
  }

  @Test
  void sourceWithoutLabels_cannotTellVersionsApart() {
    List<String> lines = scrape(MeshTimeline.split(50).rate(100).run(5_000));

    assertThat(lines.stream().filter(l -> l.startsWith("istio_requests_total{reporter=\"source\"")))
        .hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(RevisionSource.class)
  void labelOnARunningPod_separatesOnlyWhereLabelsAreRead(RevisionSource revisions) {
    MeshTimeline time = new MeshTimeline(Debounce.Timing.istiod(), 0, revisions).withSplit(50);
    for (int i = 0; i < 3; i++) {
      time.put(
          MeshTimeline.labelled(
              MeshTimeline.pod("v2", i),
              Map.of("app", "foo", "pod-template-hash", "v2", REVISION, "v2")));
    }
    List<String> lines = scrape(time.run(1_000).rate(100).run(5_000));

    long canary = sum(lines, "istio_requests_total", "reporter=\"source\"", "revision=\"v2\"");
    switch (revisions) {
      case POD_LABELS -> assertThat(canary).isBetween(200L, 300L);
      case SIDECAR_START -> assertThat(canary).isZero();
    }
  }

  @Test
  void missingSubset_showsAtTheSourceWithoutService() {
    MeshTimeline time = MeshTimeline.stable();
    time.put(MeshTimeline.route(MeshTimeline.weights(5))).run(1_000).rate(100).run(1_000);

    assertThat(scrape(time))
        .filteredOn(l -> l.startsWith("istio_requests_total"))
        .singleElement()
        .asString()
        .contains("reporter=\"source\"", "destination_workload=\"unknown\"")
        .contains("destination_service=\"unknown\"", "destination_canonical_revision=\"latest\"")
        .contains("response_code=\"503\"", "response_flags=\"NC\"");
  }

  @Test
  void emptySubset_showsAtTheSourceWithItsService() {
    MeshTimeline time = MeshTimeline.stable().put(MeshTimeline.rule()).run(1_000);
    time.put(MeshTimeline.route(MeshTimeline.weights(100))).run(1_000).rate(100).run(1_000);

    assertThat(scrape(time))
        .filteredOn(l -> l.startsWith("istio_requests_total"))
        .singleElement()
        .asString()
        .contains("reporter=\"source\"", "destination_workload=\"unknown\"")
        .contains("destination_service=\"foo.shop.svc.cluster.local\"")
        .contains("destination_canonical_revision=\"latest\"")
        .contains("response_code=\"503\"", "response_flags=\"UH\"");
  }

  @Test
  void histogram_isCumulativeWithEnvoysBuckets() {
    MeshTimeline time = MeshTimeline.stable().rate(100).run(10_000);
    List<String> buckets =
        scrape(time).stream().filter(l -> l.contains("_bucket{reporter=\"source\"")).toList();
    List<Long> counts = buckets.stream().map(IstioMetricsTest::value).toList();

    assertThat(buckets).hasSize(20);
    assertThat(buckets.getFirst()).contains("le=\"0.5\"");
    assertThat(buckets.get(18)).contains("le=\"3600000\"");
    assertThat(buckets.getLast()).contains("le=\"+Inf\"");
    assertThat(counts).isSorted().last().isEqualTo((long) time.answers.size());
    assertThat(counts.get(2)).isZero(); // nothing within 5 ms of a median of 20 ms
    assertThat(counts.get(5)).isEqualTo(time.answers.size()); // all within 50 ms
  }

  @Test
  void podThatIsGone_takesItsSeriesWithIt() {
    MeshTimeline time = MeshTimeline.split(50).rate(100).run(2_000);
    time.delete("v2", 3, Duration.ZERO).run(1_000);

    assertThat(scrape(time)).noneMatch(l -> l.contains("pod=\"foo-v2-"));
    assertThat(scrape(time)).anyMatch(l -> l.contains("pod=\"foo-v1-"));
  }

  private static List<String> scrape(MeshTimeline time) {
    Set<MeshConfig.Name> pods = time.mesh.live().pods().keySet();
    return time.metrics.scrape(pods).lines().toList();
  }

  private static long sum(List<String> lines, String name, String... labels) {
    return lines.stream()
        .filter(l -> l.startsWith(name + "{"))
        .filter(l -> List.of(labels).stream().allMatch(l::contains))
        .mapToLong(IstioMetricsTest::value)
        .sum();
  }

  private static long value(String line) {
    return Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
  }
}
