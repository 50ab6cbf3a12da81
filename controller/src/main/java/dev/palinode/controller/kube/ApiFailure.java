package dev.palinode.controller.kube;

import dev.palinode.controller.ports.Outcome;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Optional;

/** What a failed request means: worth repeating, or not before somebody changes something. */
public final class ApiFailure {
  private ApiFailure() {}

  /** Conflicts, overload and silence are worth another look; everything else is a refusal. */
  public static Outcome outcome(KubernetesClientException e) {
    return isPassing(e) ? new Outcome.Again(reason(e)) : new Outcome.Refused(reason(e));
  }

  public static boolean isConflict(KubernetesClientException e) {
    return e.getCode() == 409;
  }

  /** A JSON patch whose {@code test} failed; a refused value names its field instead. */
  private static boolean isFailedTest(KubernetesClientException e) {
    return e.getCode() == 422
        && Optional.ofNullable(e.getStatus())
            .map(Status::getDetails)
            .map(StatusDetails::getCauses)
            .stream()
            .flatMap(List::stream)
            .noneMatch(cause -> cause.getField() != null);
  }

  public static boolean isGone(KubernetesClientException e) {
    return e.getCode() == 404;
  }

  /** A sentence fit for a person, with the server's own words. */
  public static String reason(KubernetesClientException e) {
    Status status = e.getStatus();
    String words =
        status != null && status.getMessage() != null ? status.getMessage() : e.getMessage();
    return switch (e.getCode()) {
      case 0 -> "the API server does not answer: " + rootMessage(e);
      case 401 -> "the API server does not know us (" + words + "); check the service account";
      case 403 -> "not permitted: " + words;
      default -> words == null ? "HTTP " + e.getCode() : words;
    };
  }

  private static boolean isPassing(KubernetesClientException e) {
    int code = e.getCode();
    return code == 0 || code == 409 || code == 429 || code == 408 || code >= 500 || isFailedTest(e);
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = root.getMessage();
    return message == null ? root.getClass().getSimpleName() : message;
  }
}
