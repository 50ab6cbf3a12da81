package dev.palinode.testbed.mesh;

import dev.palinode.testbed.mesh.MeshConfig.Item;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.AnyNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows Services, Pods, VirtualServices and DestinationRules; the last two may come later. */
final class MeshWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MeshWatch.class);
  private static final Duration CRD_RETRY = Duration.ofMillis(200);

  /** Told of every change, from the threads of the informers. */
  interface Sink {
    void put(Item item);

    void remove(Item item);
  }

  private final Set<String> namespaces;
  private final Sink sink;
  private final List<SharedIndexInformer<?>> informers = new CopyOnWriteArrayList<>();
  private final List<Thread> waiting = new ArrayList<>();
  private volatile boolean closed;

  MeshWatch(KubernetesClient kubernetes, Set<String> namespaces, Sink sink) {
    this.namespaces = namespaces;
    this.sink = sink;
    follow(kubernetes.services(), ApiObjects::service);
    follow(kubernetes.pods(), ApiObjects::pod);
    followLater(kubernetes, "VirtualService", "virtualservices", ApiObjects::virtualService);
    followLater(kubernetes, "DestinationRule", "destinationrules", ApiObjects::destinationRule);
  }

  private <T extends HasMetadata, L extends KubernetesResourceList<T>, R extends Resource<T>>
      void follow(MixedOperation<T, L, R> all, Function<T, Item> read) {
    List<AnyNamespaceOperation<T, L, R>> scopes = new ArrayList<>();
    if (namespaces.isEmpty()) {
      scopes.add(all.inAnyNamespace());
    } else {
      namespaces.forEach(n -> scopes.add(all.inNamespace(n)));
    }
    for (AnyNamespaceOperation<T, L, R> scope : scopes) {
      informers.add(scope.inform(new Relay<>(read)));
    }
  }

  private void followLater(
      KubernetesClient kubernetes,
      String kind,
      String plural,
      Function<GenericKubernetesResource, Item> read) {
    var all =
        kubernetes.genericKubernetesResources(
            new ResourceDefinitionContext.Builder()
                .withGroup("networking.istio.io")
                .withVersion("v1")
                .withKind(kind)
                .withPlural(plural)
                .withNamespaced(true)
                .build());
    BooleanSupplier attempt =
        () -> {
          try {
            all.inAnyNamespace().list(new ListOptionsBuilder().withLimit(1L).build());
            follow(all, read);
            return true;
          } catch (KubernetesClientException e) {
            if (e.getCode() != 404 && !closed) {
              log.warn("Cannot follow {} yet, trying again: {}", plural, e.getMessage());
            }
            return false;
          }
        };
    if (!attempt.getAsBoolean()) {
      waiting.add(Thread.ofVirtual().name("mesh-" + plural).start(() -> repeat(attempt)));
    }
  }

  private void repeat(BooleanSupplier attempt) {
    try {
      do {
        Thread.sleep(CRD_RETRY);
      } while (!closed && !attempt.getAsBoolean());
    } catch (InterruptedException e) {
      // closed
    }
  }

  @Override
  public void close() {
    closed = true;
    waiting.forEach(Thread::interrupt);
    informers.forEach(SharedIndexInformer::close);
  }

  private final class Relay<T extends HasMetadata> implements ResourceEventHandler<T> {
    private final Function<T, Item> read;

    Relay(Function<T, Item> read) {
      this.read = read;
    }

    @Override
    public void onAdd(T object) {
      sink.put(read.apply(object));
    }

    @Override
    public void onUpdate(T before, T object) {
      sink.put(read.apply(object));
    }

    @Override
    public void onDelete(T object, boolean deletedFinalStateUnknown) {
      sink.remove(read.apply(object));
    }
  }
}
