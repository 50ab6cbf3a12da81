package dev.palinode.controller.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadHealthTest {
  private static final Instant SCHEDULED = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant SOON = SCHEDULED.plusSeconds(5);
  private static final Instant LATE = SCHEDULED.plus(WorkloadHealth.PATIENCE);

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          CrashLoopBackOff           | back-off 10s restarting failed container | at once
          InvalidImageName           | couldn't parse image name "a:b:c"        | at once
          ImagePullBackOff           | Back-off pulling image "web:9"           | at once
          ErrImagePull               | web:9: not found                         | at once
          ErrImagePull               | dial tcp 10.0.0.1:443: i/o timeout       | once it lasts
          ImagePullBackOff           | dial tcp: lookup reg: no such host       | once it lasts
          ErrImagePull               | 429 Too Many Requests                    | once it lasts
          CreateContainerConfigError | configmap "web" not found                | once it lasts
          ContainerCreating          |                                          | never
          PodInitializing            |                                          | never
          """)
  void waitingContainer_isAFault(String reason, String message, String when) {
    String state = "{waiting: {reason: %s, message: '%s'}}".formatted(reason, quoted(message));
    Pod pod = pod("containerStatuses: [{name: web, restartCount: 0, state: %s}]".formatted(state));

    Optional<String> soon = WorkloadHealth.fault(pod, SOON);
    Optional<String> late = WorkloadHealth.fault(pod, LATE);

    String told = "pod web-1, container web: " + reason + (message == null ? "" : ": " + message);
    assertThat(soon).isEqualTo(when.equals("at once") ? Optional.of(told) : Optional.empty());
    assertThat(late).isEqualTo(when.equals("never") ? Optional.empty() : Optional.of(told));
  }

  @Test
  void crashLoop_tellsTheLastExit() {
    Pod pod =
        pod(
            """
            containerStatuses:
            - name: web
              restartCount: 3
              state: {waiting: {reason: CrashLoopBackOff, message: back-off 40s}}
              lastState: {terminated: {exitCode: 2, reason: Error}}
            """);

    assertThat(WorkloadHealth.fault(pod, SOON))
        .contains(
            "pod web-1, container web: CrashLoopBackOff: back-off 40s (last exit code 2, Error)");
  }

  @Test
  void outOfMemory_countsOnceRestarted() {
    String first = "state: {terminated: {exitCode: 137, reason: OOMKilled}}";
    String again =
        "state: {running: {}}, lastState: {terminated: {exitCode: 137, reason: OOMKilled}}";

    assertThat(
            WorkloadHealth.fault(
                pod("containerStatuses: [{name: web, restartCount: 0, " + first + "}]"), SOON))
        .isEmpty();
    assertThat(
            WorkloadHealth.fault(
                pod("containerStatuses: [{name: web, restartCount: 1, " + again + "}]"), SOON))
        .contains("pod web-1, container web: OOMKilled, 1 restarts");
  }

  @Test
  void initContainer_isNamedAsSuch() {
    Pod pod =
        pod(
            "initContainerStatuses: [{name: migrate, restartCount: 2, state: {waiting: {reason:"
                + " CrashLoopBackOff}}}]");

    assertThat(WorkloadHealth.fault(pod, SOON))
        .contains("pod web-1, init container migrate: CrashLoopBackOff");
  }

  @Test
  void terminatingPod_hasNoFault() {
    Pod pod = pod("containerStatuses: [{name: web, state: {waiting: {reason: CrashLoopBackOff}}}]");
    pod.getMetadata().setDeletionTimestamp(SOON.toString());

    assertThat(WorkloadHealth.fault(pod, LATE.plus(Duration.ofHours(1)))).isEmpty();
    assertThat(WorkloadHealth.isTerminating(pod)).isTrue();
  }

  @Test
  void podWithoutStatus_mayYetWork() {
    Pod pod = pod("phase: Pending");
    pod.setStatus(null);

    assertThat(WorkloadHealth.fault(pod, LATE)).isEmpty();
    assertThat(WorkloadHealth.isReady(pod)).isFalse();
  }

  private static String quoted(String message) {
    return message == null ? "" : message.replace("'", "''");
  }

  private static Pod pod(String status) {
    Pod pod =
        Serialization.unmarshal(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: web-1}
            status:
              conditions: [{type: PodScheduled, status: 'True', lastTransitionTime: '%s'}]
            %s
            """
                .formatted(SCHEDULED, status.indent(2)),
            Pod.class);
    return pod;
  }
}
