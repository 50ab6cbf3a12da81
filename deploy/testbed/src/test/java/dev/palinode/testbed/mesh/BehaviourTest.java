package dev.palinode.testbed.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BehaviourTest {

  @ParameterizedTest
  @CsvSource({
    "v1, 0, 20",
    "v2-err05, 0.05, 20",
    "v2-err100, 1, 20",
    "v2-slow400, 0, 420",
    "v2-err30-slow1000, 0.3, 1020"
  })
  void tag_announcesItsBehaviour(String tag, double errorRate, long millis) {
    Behaviour behaviour = new Behaviours().of(tag);

    assertThat(behaviour.errorRate()).isEqualTo(errorRate);
    assertThat(behaviour.latency()).isEqualTo(Duration.ofMillis(millis));
  }

  @Test
  void ruleSetLater_winsAtOnce() {
    Behaviours behaviours = new Behaviours();
    assertThat(behaviours.of("v2-err30").errorRate()).isEqualTo(0.3);

    behaviours.set("v2-.*", Behaviour.HEALTHY);
    behaviours.set("v2-err30", Behaviour.HEALTHY.failing(0.7));

    assertThat(behaviours.of("v2-err30").errorRate()).isEqualTo(0.7);
    assertThat(behaviours.of("v2-slow10")).isEqualTo(Behaviour.HEALTHY);
    assertThat(behaviours.of("v3")).isEqualTo(Behaviour.HEALTHY);
  }

  @Test
  void failingSlowImage_showsInItsAnswers() {
    MeshTimeline time = MeshTimeline.stable();
    for (int i = 0; i < 3; i++) {
      time.remove(MeshTimeline.pod("v1", i));
    }
    time.pods("v2-err30-slow100", 3).run(1_000).rate(500).run(10_000);

    List<Request> all = time.requests(MeshTimeline.START);
    double errors = all.stream().filter(r -> r.code() == 500).count() / (double) all.size();
    assertThat(errors).isBetween(0.27, 0.33);
    long median =
        all.stream().map(r -> r.duration().toMillis()).sorted().toList().get(all.size() / 2);
    assertThat(median).isBetween(115L, 125L);
  }

  @ParameterizedTest
  @CsvSource({
    "registry.example.com:5000/shop/foo:v1, v1",
    "registry.example.com:5000/shop/foo, latest",
    "foo:v2-err30@sha256:0123, v2-err30",
    "foo@sha256:0123, latest"
  })
  void imageReference_givesItsTag(String image, String tag) {
    MeshConfig.Pod pod = MeshTimeline.pod("v1", 0);
    assertThat(
            new MeshConfig.Pod(
                    pod.name(), pod.uid(), Map.of(), true, true, false, Duration.ZERO, image, "foo")
                .imageTag())
        .isEqualTo(tag);
  }
}
