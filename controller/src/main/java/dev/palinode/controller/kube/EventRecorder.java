package dev.palinode.controller.kube;

import dev.palinode.controller.ports.Outcome;
import dev.palinode.crds.Api;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;

/**
 * Tells people through Kubernetes events. An event's name is made of what it says, so that saying
 * the same twice, after a crash for example, leaves one event.
 */
public final class EventRecorder {
  /** The API server refuses longer ones. */
  private static final int LONGEST_MESSAGE = 1024;

  private final KubernetesClient client;
  private final InstantSource clock;

  public EventRecorder(KubernetesClient client, InstantSource clock) {
    this.client = client;
    this.clock = clock;
  }

  public Outcome tell(ObjectReference about, boolean warning, String reason, String message) {
    String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    String text =
        message.length() <= LONGEST_MESSAGE
            ? message
            : message.substring(0, LONGEST_MESSAGE - 1) + "…";
    var event =
        new EventBuilder()
            .withNewMetadata()
            .withNamespace(about.getNamespace())
            .withName(name(about, reason, message))
            .endMetadata()
            .withInvolvedObject(about)
            .withType(warning ? "Warning" : "Normal")
            .withReason(reason)
            .withMessage(text)
            .withFirstTimestamp(now)
            .withLastTimestamp(now)
            .withCount(1)
            .withNewSource()
            .withComponent(Api.FIELD_MANAGER)
            .endSource()
            .withReportingComponent(Api.FIELD_MANAGER)
            .build();
    try {
      client.resource(event).create();
      return Outcome.DONE;
    } catch (KubernetesClientException e) {
      return ApiFailure.isConflict(e) ? Outcome.DONE : ApiFailure.outcome(e);
    }
  }

  private static String name(ObjectReference about, String reason, String message) {
    String all = String.join("\n", String.valueOf(about.getUid()), reason, message);
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
      return about.getName() + "." + HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
