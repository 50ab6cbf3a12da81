package dev.palinode.demo;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;

/**
 * Simulated: the mesh and its users. About two thousand requests a second go where the objects on
 * the API server say; versions tagged {@code bad} fail every fifth. A change is told to the proxies
 * 50 to 100 ms after it was made.
 */
final class Mesh implements AutoCloseable {
  static final int PER_SECOND = 2000;
  static final String BAD = "bad";
  private static final Duration TICK = Duration.ofMillis(50);
  private static final Duration DEBOUNCE = Duration.ofMillis(50);
  private static final double FAILING = 0.2;

  private final SharedIndexInformer<GenericKubernetesResource> virtualServices;
  private final SharedIndexInformer<GenericKubernetesResource> rules;
  private final SharedIndexInformer<Pod> pods;
  private final Telemetry telemetry;
  private final Random random = new Random(7);
  private final Round traffic;
  private Routes told = Routes.NONE;

  /** They come once there is something to see. */
  private boolean users;

  private Instant sentUntil = Instant.now();
  private volatile Instant changed = Instant.MAX;

  Mesh(KubernetesClient client, Telemetry telemetry) {
    this.telemetry = telemetry;
    virtualServices =
        client
            .genericKubernetesResources(Kinds.VIRTUAL_SERVICE)
            .inNamespace(Shop.NAMESPACE)
            .inform(new Changes<>());
    rules =
        client
            .genericKubernetesResources(Kinds.DESTINATION_RULE)
            .inNamespace(Shop.NAMESPACE)
            .inform(new Changes<>());
    pods = client.pods().inNamespace(Shop.NAMESPACE).inform(new Changes<>());
    traffic = new Round("mesh", this::look);
  }

  private Optional<Duration> look() {
    Instant now = Instant.now();
    if (!changed.isAfter(now.minus(DEBOUNCE))) {
      changed = Instant.MAX;
      told =
          Routes.of(
              virtualServices.getStore().list(), rules.getStore().list(), pods.getStore().list());
    }
    users = users || told.destinations().stream().anyMatch(d -> !d.pods().isEmpty());
    if (users) {
      long due = Duration.between(sentUntil, now).toMillis() * PER_SECOND / 1000;
      for (long i = 0; i < due; i++) {
        send(now);
      }
    }
    sentUntil = now;
    return Optional.of(TICK);
  }

  private void send(Instant at) {
    told.next(random)
        .ifPresentOrElse(
            by ->
                telemetry.answered(
                    by, by.version().endsWith(BAD) && random.nextDouble() < FAILING, at),
            telemetry::unanswered);
  }

  private final class Changes<T extends HasMetadata> implements ResourceEventHandler<T> {
    @Override
    public void onAdd(T added) {
      note();
    }

    @Override
    public void onUpdate(T before, T after) {
      note();
    }

    @Override
    public void onDelete(T deleted, boolean stateUnknown) {
      note();
    }

    private void note() {
      if (changed.equals(Instant.MAX)) {
        changed = Instant.now();
      }
    }
  }

  @Override
  public void close() {
    traffic.close();
    virtualServices.close();
    rules.close();
    pods.close();
  }
}
