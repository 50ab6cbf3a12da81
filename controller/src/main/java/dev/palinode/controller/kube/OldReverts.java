package dev.palinode.controller.kube;

import dev.palinode.crds.Revert;
import dev.palinode.crds.RevertStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes Reverts that have come to their end and have been kept for 30 days. An open one stays,
 * however old: somebody still has to do something about it.
 */
public final class OldReverts {
  private static final Logger log = LoggerFactory.getLogger(OldReverts.class);
  private static final Duration KEPT = Duration.ofDays(30);

  private final KubernetesClient client;
  private final List<String> namespaces;
  private final InstantSource clock;

  /**
   * @param namespaces empty means all
   */
  public OldReverts(KubernetesClient client, List<String> namespaces, InstantSource clock) {
    this.client = client;
    this.namespaces = List.copyOf(namespaces);
    this.clock = clock;
  }

  public void remove() {
    try {
      all().filter(this::isOver).forEach(this::remove);
    } catch (KubernetesClientException e) {
      log.warn("Old Reverts cannot be removed: {}", ApiFailure.reason(e));
    }
  }

  private Stream<Revert> all() {
    return namespaces.isEmpty()
        ? client.resources(Revert.class).inAnyNamespace().list().getItems().stream()
        : namespaces.stream()
            .flatMap(n -> client.resources(Revert.class).inNamespace(n).list().getItems().stream());
  }

  private boolean isOver(Revert revert) {
    Instant created = Instant.parse(revert.getMetadata().getCreationTimestamp());
    RevertStatus status = Optional.ofNullable(revert.getStatus()).orElse(RevertStatus.NEW);
    return status.phaseOrPending().isFinal() && !clock.instant().isBefore(created.plus(KEPT));
  }

  /** With the version that was read: one that came to life again meanwhile stays. */
  private void remove(Revert revert) {
    Resource<Revert> resource = client.resource(revert);
    var _ = resource.lockResourceVersion(revert.getMetadata().getResourceVersion()).delete();
    log.info(
        "Removed Revert {}/{}, ended and kept for {} days.",
        revert.getMetadata().getNamespace(),
        revert.getMetadata().getName(),
        KEPT.toDays());
  }
}
