package dev.palinode.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

@Needs({Part.FLUX, Part.GIT})
class FluxTest {
  private Testbed testbed;

  @Test
  void commits_areAppliedOneAfterTheOther() {
    String namespace = testbed.namespace("flux");
    var workloads = new Workloads(testbed.controlPlane().admin(), namespace);
    var repository = testbed.git().createRepository("flux");
    String first =
        repository.commit(
            Map.of("apps/web.yaml", Workloads.yaml("web", "web:v1", 2, false)), "Release v1");

    testbed.flux().follow(namespace, "apps", repository, "./apps", Duration.ofSeconds(2));

    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> testbed.flux().appliedCommit(namespace, "apps").equals(first));
    await().atMost(Duration.ofSeconds(30)).until(() -> workloads.available("web") == 2);

    String second =
        repository.commit(
            Map.of("apps/web.yaml", Workloads.yaml("web", "web:v2", 2, false)), "Release v2");

    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> testbed.flux().appliedCommit(namespace, "apps").equals(second));
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(workloads.pods("web"))
                .hasSize(2)
                .allSatisfy(pod ->
                    assertThat(pod.getSpec().getContainers().getFirst().getImage())
                        .endsWith("web:v2")));
  }

  @Test
  void requestedSync_doesNotWaitForTheInterval() {
    String namespace = testbed.namespace("sync");
    var repository = testbed.git().createRepository("sync");
    repository.commit(Map.of("app.yaml", Workloads.yaml("web", "web:v1", 1, false)), "v1");
    testbed.flux().follow(namespace, "app", repository, "./", Duration.ofMinutes(10));
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> !testbed.flux().appliedCommit(namespace, "app").isEmpty());

    String second =
        repository.commit(Map.of("app.yaml", Workloads.yaml("web", "web:v2", 1, false)), "v2");
    testbed.flux().sync(namespace, "app");

    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> testbed.flux().appliedCommit(namespace, "app").equals(second));
  }
}
