package dev.palinode.controller.workload;

import dev.palinode.controller.ports.Outcome;
import dev.palinode.crds.Observed;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/** What the API server's refusals mean for the loop. */
final class Answers {
  private Answers() {}

  /** A read: a failure is told, never taken for absence. */
  static <T> Observed<T> read(Supplier<Observed<T>> request) {
    try {
      return request.get();
    } catch (KubernetesClientException e) {
      return Observed.unreadable(words(e));
    }
  }

  /** A write: whether to look again, or to wait for a person. */
  static Outcome write(Supplier<Outcome> request) {
    try {
      return request.get();
    } catch (KubernetesClientException e) {
      return outcome(e);
    }
  }

  static Outcome outcome(KubernetesClientException e) {
    if (isUnreached(e)) {
      return new Outcome.Again(words(e));
    }
    return switch (e.getCode()) {
      // Not found: gone since it was read. The rest: too busy, or a token that is being renewed.
      case 401, 404, 408, 409, 429 -> new Outcome.Again(words(e));
      // A failed test of a patch names no field, a failed validation does.
      case 422 -> namesField(e) ? new Outcome.Refused(words(e)) : new Outcome.Again(words(e));
      default -> e.getCode() >= 500 ? new Outcome.Again(words(e)) : new Outcome.Refused(words(e));
    };
  }

  /** The server's own message where it sent one. */
  static String words(KubernetesClientException e) {
    String said = e.getStatus() == null ? null : e.getStatus().getMessage();
    if (said != null && !said.isBlank()) {
      return said;
    }
    String why = Objects.requireNonNullElse(e.getMessage(), "no answer");
    return isUnreached(e) ? "the API server was not reached: " + why : why;
  }

  private static boolean isUnreached(KubernetesClientException e) {
    return e.getStatus() == null && e.getCode() < 400;
  }

  private static boolean namesField(KubernetesClientException e) {
    return Optional.ofNullable(e.getStatus())
        .map(Status::getDetails)
        .map(StatusDetails::getCauses)
        .filter(causes -> causes.stream().map(StatusCause::getField).anyMatch(Objects::nonNull))
        .isPresent();
  }
}
