package dev.palinode.bench;

import dev.palinode.crds.Canary;
import dev.palinode.crds.Phase;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** Watches Canaries and routes, and notes when it was told of what. */
final class Sightings implements AutoCloseable {
  private static final ResourceDefinitionContext VIRTUAL_SERVICES =
      new ResourceDefinitionContext.Builder()
          .withGroup("networking.istio.io")
          .withVersion("v1")
          .withPlural("virtualservices")
          .withKind("VirtualService")
          .withNamespaced(true)
          .build();
  private static final long PATIENCE_MINUTES = 5;

  /** Names of what happened to an app, each with its queue of moments. */
  private final Map<String, BlockingQueue<Instant>> moments = new ConcurrentHashMap<>();

  private final Map<String, Phase> phases = new ConcurrentHashMap<>();
  private final Map<String, Integer> weights = new ConcurrentHashMap<>();
  private final List<Watch> watches;

  Sightings(KubernetesClient client, String namespace) {
    watches =
        List.of(
            client
                .resources(Canary.class)
                .inNamespace(namespace)
                .watch(telling((name, canary) -> phase(name, canary))),
            client
                .genericKubernetesResources(VIRTUAL_SERVICES)
                .inNamespace(namespace)
                .watch(telling((name, route) -> weight(name, route))));
  }

  /** Forgets what happened to this app so far. */
  void expect(String app) {
    queue("aborting", app).clear();
    queue("idle", app).clear();
    queue("weighted", app).clear();
    queue("back", app).clear();
  }

  Instant awaitAborting(String app) throws InterruptedException {
    return next("aborting", app);
  }

  Instant awaitIdle(String app) throws InterruptedException {
    return next("idle", app);
  }

  Instant awaitWeight(String app) throws InterruptedException {
    return next("weighted", app);
  }

  Instant awaitRouteBack(String app) throws InterruptedException {
    return next("back", app);
  }

  @Override
  public void close() {
    watches.forEach(Watch::close);
  }

  private Instant next(String what, String app) throws InterruptedException {
    Instant moment = queue(what, app).poll(PATIENCE_MINUTES, TimeUnit.MINUTES);
    if (moment == null) {
      throw new IllegalStateException(app + ": not " + what + " in time");
    }
    return moment;
  }

  private BlockingQueue<Instant> queue(String what, String app) {
    return moments.computeIfAbsent(what + " " + app, _ -> new LinkedBlockingQueue<>());
  }

  private void phase(String app, Canary canary) {
    Phase now =
        canary.getStatus() == null ? Phase.Initializing : canary.getStatus().phaseOrInitial();
    Phase before = phases.put(app, now);
    if (now != before && now == Phase.Aborting) {
      queue("aborting", app).add(Instant.now());
    }
    if (now != before && now == Phase.Idle) {
      queue("idle", app).add(Instant.now());
    }
  }

  private void weight(String app, GenericKubernetesResource route) {
    int now = canaryWeight(route.get("spec", "http", 0, "route"));
    Integer before = weights.put(app, now);
    if (before != null && before == 0 && now > 0) {
      queue("weighted", app).add(Instant.now());
    }
    if (before != null && before > 0 && now == 0) {
      queue("back", app).add(Instant.now());
    }
  }

  private static int canaryWeight(List<Map<String, Object>> destinations) {
    return destinations.stream()
        .filter(d -> String.valueOf(d.get("destination")).contains("palinode-canary"))
        .mapToInt(d -> d.get("weight") instanceof Number weight ? weight.intValue() : 0)
        .sum();
  }

  private static <T extends io.fabric8.kubernetes.api.model.HasMetadata> Watcher<T> telling(
      BiConsumer<String, T> told) {
    return new Watcher<>() {
      @Override
      public void eventReceived(Action action, T object) {
        told.accept(object.getMetadata().getName(), object);
      }

      @Override
      public void onClose(WatcherException cause) {
        System.err.println("bench: a watch ended: " + cause);
      }
    };
  }
}
