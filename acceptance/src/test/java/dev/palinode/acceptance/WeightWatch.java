package dev.palinode.acceptance;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Notes which weights were written to the route, and which the mesh then served. */
final class WeightWatch implements AutoCloseable, Watcher<GenericKubernetesResource> {
  private final Shop shop;
  private final List<Integer> written = new ArrayList<>();
  private final List<Integer> served = new ArrayList<>();
  private final ScheduledExecutorService sampler = Executors.newSingleThreadScheduledExecutor();
  private Instant firstAbove0 = Instant.MAX;
  private Watch watch = () -> {};

  private WeightWatch(Shop shop) {
    this.shop = shop;
  }

  static WeightWatch on(Shop shop) {
    WeightWatch weights = new WeightWatch(shop);
    weights.watch =
        shop.admin
            .genericKubernetesResources(Shop.VIRTUAL_SERVICES)
            .inNamespace(shop.namespace)
            .withName("checkout")
            .watch(weights);
    var _ = weights.sampler.scheduleAtFixedRate(weights::sample, 0, 50, TimeUnit.MILLISECONDS);
    return weights;
  }

  /** The candidate's weights in the order in which they were written, without repeats in a row. */
  synchronized List<Integer> written() {
    return List.copyOf(written);
  }

  synchronized List<Integer> served() {
    return List.copyOf(served);
  }

  /** When the watch told of the first weight above zero. */
  synchronized Instant firstWrittenAbove0() {
    return firstAbove0;
  }

  @Override
  public synchronized void eventReceived(Action action, GenericKubernetesResource object) {
    List<Map<String, Object>> http = object.get("spec", "http");
    for (Map<String, Object> route : http) {
      if (route.get("route") instanceof List<?> entries) {
        entries.forEach(this::note);
      }
    }
  }

  private void note(Object entry) {
    if (entry instanceof Map<?, ?> e
        && e.get("destination") instanceof Map<?, ?> destination
        && "palinode-canary".equals(destination.get("subset"))) {
      int weight = e.get("weight") instanceof Number n ? n.intValue() : 0;
      add(written, weight);
      if (weight > 0 && firstAbove0.equals(Instant.MAX)) {
        firstAbove0 = Instant.now();
      }
    }
  }

  private void sample() {
    int share = shop.servedShareOfCandidate();
    synchronized (this) {
      add(served, share);
    }
  }

  private static void add(List<Integer> list, int value) {
    if (list.isEmpty() || list.getLast() != value) {
      list.add(value);
    }
  }

  @Override
  public void onClose(WatcherException cause) {}

  @Override
  public void close() {
    sampler.shutdownNow();
    watch.close();
  }
}
