package dev.palinode.controller.workload;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which pods waiting will not mend, and why, in the kubelet's words. What may be the fault of a
 * registry or of an object that arrives a moment later counts only once it lasts.
 */
final class WorkloadHealth {
  /** As long as trouble from elsewhere is given to pass. */
  static final Duration PATIENCE = Duration.ofMinutes(1);

  /** The registry or the way to it, not the image. */
  private static final List<String> TROUBLE_ELSEWHERE =
      List.of(
          "timeout",
          "timed out",
          "deadline exceeded",
          "connection refused",
          "connection reset",
          "no such host",
          "temporary failure",
          "unexpected eof",
          "toomanyrequests",
          "too many requests",
          "429",
          "500 internal",
          "502 bad",
          "503 service",
          "504 gateway");

  private WorkloadHealth() {}

  /** Empty for a pod that works, may yet work, or is going away anyhow. */
  static Optional<String> fault(Pod pod, Instant now) {
    if (isTerminating(pod) || pod.getStatus() == null) {
      return Optional.empty();
    }
    PodStatus status = pod.getStatus();
    boolean lasting = !now.isBefore(since(pod, now).plus(PATIENCE));
    return Stream.concat(
            status.getInitContainerStatuses().stream()
                .map(c -> fault("init container", c, lasting)),
            status.getContainerStatuses().stream().map(c -> fault("container", c, lasting)))
        .flatMap(Optional::stream)
        .findFirst()
        .map(f -> "pod " + pod.getMetadata().getName() + ", " + f);
  }

  static boolean isReady(Pod pod) {
    return pod.getStatus() != null
        && pod.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
  }

  static boolean isTerminating(Pod pod) {
    return pod.getMetadata().getDeletionTimestamp() != null;
  }

  private static Optional<String> fault(String kind, ContainerStatus container, boolean lasting) {
    ContainerStateWaiting waiting = waiting(container);
    String reason = waiting == null ? "" : Objects.requireNonNullElse(waiting.getReason(), "");
    String message = waiting == null ? "" : Objects.requireNonNullElse(waiting.getMessage(), "");
    boolean broken =
        switch (reason) {
          case "CrashLoopBackOff", "InvalidImageName" -> true;
          case "ImagePullBackOff", "ErrImagePull" -> lasting || !isTroubleElsewhere(message);
          case "CreateContainerConfigError" -> lasting;
          default -> false;
        };
    String who = kind + " " + container.getName() + ": ";
    if (broken) {
      return Optional.of(who + reason + sentence(message) + lastExit(container));
    }
    return ranOutOfMemory(container)
        ? Optional.of(who + "OOMKilled, " + container.getRestartCount() + " restarts")
        : Optional.empty();
  }

  private static boolean isTroubleElsewhere(String message) {
    String text = message.toLowerCase(Locale.ROOT);
    return TROUBLE_ELSEWHERE.stream().anyMatch(text::contains);
  }

  private static boolean ranOutOfMemory(ContainerStatus container) {
    return Objects.requireNonNullElse(container.getRestartCount(), 0) > 0
        && Stream.of(terminated(container.getState()), terminated(container.getLastState()))
            .flatMap(Optional::stream)
            .anyMatch(t -> "OOMKilled".equals(t.getReason()));
  }

  private static String lastExit(ContainerStatus container) {
    return terminated(container.getLastState())
        .map(t ->
            " (last exit code "
                + t.getExitCode()
                + (t.getReason() == null ? "" : ", " + t.getReason())
                + ")")
        .orElse("");
  }

  private static String sentence(String message) {
    return message.isEmpty() ? "" : ": " + message;
  }

  private static @Nullable ContainerStateWaiting waiting(ContainerStatus container) {
    return container.getState() == null ? null : container.getState().getWaiting();
  }

  private static Optional<ContainerStateTerminated> terminated(@Nullable ContainerState state) {
    return Optional.ofNullable(state).map(ContainerState::getTerminated);
  }

  /** When the kubelet could begin with it. */
  private static Instant since(Pod pod, Instant now) {
    return pod.getStatus().getConditions().stream()
        .filter(c -> c.getType().equals("PodScheduled") && c.getStatus().equals("True"))
        .map(c -> c.getLastTransitionTime())
        .filter(Objects::nonNull)
        .findFirst()
        .or(() -> Optional.ofNullable(pod.getMetadata().getCreationTimestamp()))
        .map(Instant::parse)
        .orElse(now);
  }
}
