package dev.palinode.controller.istio;

import dev.palinode.controller.ports.Outcome;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Optional;

/** What an answer of the API server other than success means for the loop. */
final class ServerAnswer {
  private static final int NOT_FOUND = 404;

  private ServerAnswer() {}

  static Outcome outcome(KubernetesClientException e) {
    return switch (e.getCode()) {
      // a stale version, or trouble that passes
      case 401, 408, 409, 429 -> new Outcome.Again(words(e));
      // a failed test of a JSON patch has no causes; a value that the schema refuses has
      case 422 -> hasCauses(e) ? new Outcome.Refused(words(e)) : new Outcome.Again(words(e));
      default ->
          e.getCode() <= 0 || e.getCode() >= 500 // no answer at all has no code
              ? new Outcome.Again(words(e))
              : new Outcome.Refused(words(e));
    };
  }

  static boolean isNotFound(KubernetesClientException e) {
    return e.getCode() == NOT_FOUND;
  }

  /** The server's own, where it said something. */
  static String words(KubernetesClientException e) {
    return Optional.ofNullable(e.getStatus())
        .map(status -> status.getMessage())
        .or(() -> Optional.ofNullable(e.getMessage()))
        .orElse("no answer from the API server");
  }

  private static boolean hasCauses(KubernetesClientException e) {
    var status = e.getStatus();
    return status != null
        && status.getDetails() != null
        && status.getDetails().getCauses() != null
        && !status.getDetails().getCauses().isEmpty();
  }
}
