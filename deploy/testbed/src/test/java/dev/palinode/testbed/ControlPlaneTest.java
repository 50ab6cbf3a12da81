package dev.palinode.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@Needs(Part.CONTROL_PLANE)
class ControlPlaneTest {
  private static String namespace = "";
  private Testbed testbed;

  @BeforeAll
  static void makeNamespace(Testbed testbed) {
    namespace = testbed.namespace("pods");
  }

  @Test
  void goodImage_becomesAvailable() {
    deploy("good", "app:v1", 3, false);

    await().atMost(Duration.ofSeconds(30)).until(() -> available("good") == 3);
    assertThat(pods("good"))
        .hasSize(3)
        .allSatisfy(pod -> assertThat(pod.getStatus().getPodIP()).startsWith("10.244."))
        .extracting(pod -> pod.getStatus().getPodIP())
        .doesNotHaveDuplicates();
  }

  @Test
  void crashingImage_restartsForEver() {
    deploy("crash", "app:v2-crash", 1, false);

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> {
          assertThat(waitingReasons("crash")).containsExactly("CrashLoopBackOff");
          assertThat(containers("crash").getFirst().getRestartCount()).isGreaterThanOrEqualTo(2);
        });
    assertThat(available("crash")).isZero();
  }

  @Test
  void unpullableImage_staysPending() {
    deploy("nopull", "app:v2-nopull", 1, false);

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> assertThat(waitingReasons("nopull")).containsExactly("ImagePullBackOff"));
    assertThat(pods("nopull")).extracting(p -> p.getStatus().getPhase()).containsExactly("Pending");
  }

  @Test
  void neverReadyImage_runsUnready() {
    deploy("unready", "app:v2-neverready", 1, false);

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(containers("unready"))
                .singleElement()
                .satisfies(c -> assertThat(c.getState().getRunning()).isNotNull())
                .satisfies(c -> assertThat(c.getReady()).isFalse()));
    assertThat(available("unready")).isZero();
  }

  @Test
  void pausedDeployment_getsNoPods() {
    deploy("paused", "app:v1", 2, true);

    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> {
          var status = workloads().getStatus("paused");
          return status != null && status.getObservedGeneration() != null;
        });
    assertThat(pods("paused")).isEmpty();
  }

  @Test
  void scaledToZero_podsGoWithinSeconds() {
    deploy("gone", "app:v1", 2, false);
    await().atMost(Duration.ofSeconds(30)).until(() -> available("gone") == 2);

    testbed
        .controlPlane()
        .admin()
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName("gone")
        .scale(0);

    await().atMost(Duration.ofSeconds(15)).until(() -> pods("gone").isEmpty());
  }

  @Test
  void requests_areInTheAuditLogByUser() {
    var audit = testbed.controlPlane().audit();
    long mark = audit.mark();

    testbed.controlPlane().admin().configMaps().inNamespace(namespace).list();

    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() ->
            assertThat(audit.since(mark, Account.ADMIN))
                .anySatisfy(request -> {
                  assertThat(request.verb()).isEqualTo("list");
                  assertThat(request.resource()).isEqualTo("configmaps");
                  assertThat(request.namespace()).isEqualTo(namespace);
                  assertThat(request.code()).isEqualTo(200);
                  assertThat(request.isWrite()).isFalse();
                }));
  }

  @Test
  void palinodeWithoutRoles_isForbidden() {
    var palinode = testbed.controlPlane().client(Account.PALINODE);

    var failure =
        catchThrowableOfType(
            KubernetesClientException.class,
            () -> palinode.secrets().inNamespace(namespace).list());

    assertThat(failure.getCode()).isEqualTo(403);
  }

  @Test
  void restartedApiServer_keepsItsObjects() {
    var admin = testbed.controlPlane().admin();
    deploy("kept", "app:v1", 1, false);

    testbed.controlPlane().stopApiServer();
    testbed.controlPlane().startApiServer();

    await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> available("kept") == 1);
    assertThat(admin.namespaces().withName(namespace).get()).isNotNull();
  }

  @Test
  void stoppedControllers_leaveADeploymentWithoutPodsUntilTheyStart() {
    testbed.controlPlane().stopControllerManager();
    deploy("waiting", "app:v1", 1, false);
    assertThat(workloads().getStatus("waiting").getObservedGeneration()).isNull();

    testbed.controlPlane().startControllerManager();

    await().atMost(Duration.ofSeconds(60)).until(() -> available("waiting") == 1);
  }

  @Test
  void lateImage_becomesReadyLater() {
    deploy("late", "app:v1-late", 1, false);

    await().atMost(Duration.ofSeconds(30)).until(() -> available("late") == 1);
    var pod = pods("late").getFirst();
    assertThat(Instant.parse(pod.getStatus().getStartTime()))
        .isAfterOrEqualTo(Instant.parse(pod.getMetadata().getCreationTimestamp()).plusSeconds(4));
  }

  @Test
  void kubectl_speaksAsTheAccount() {
    var controlPlane = testbed.controlPlane();

    assertThat(controlPlane.kubectl(Account.ADMIN, "get", "nodes", "-o", "name"))
        .contains("node/node-0");
    assertThatThrownBy(() -> controlPlane.kubectl(Account.PALINODE, "get", "nodes"))
        .hasMessageContaining("system:serviceaccount:palinode-system:palinode");
  }

  private Workloads workloads() {
    return new Workloads(testbed.controlPlane().admin(), namespace);
  }

  private void deploy(String name, String image, int replicas, boolean paused) {
    workloads().deploy(name, image, replicas, paused);
  }

  private int available(String name) {
    return workloads().available(name);
  }

  private List<Pod> pods(String name) {
    return workloads().pods(name);
  }

  private List<String> waitingReasons(String name) {
    return containers(name).stream()
        .filter(c -> c.getState().getWaiting() != null)
        .map(c -> c.getState().getWaiting().getReason())
        .toList();
  }

  private List<ContainerStatus> containers(String name) {
    return pods(name).stream().flatMap(p -> p.getStatus().getContainerStatuses().stream()).toList();
  }
}
