package dev.palinode.controller.app;

import dev.palinode.crds.Api;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The enrolled Deployments, by one watch on their label: as raw JSON, and without news about their
 * status, on which no decision rests.
 */
final class DeploymentWatch {
  private static final ResourceDefinitionContext DEPLOYMENTS =
      new ResourceDefinitionContext.Builder()
          .withGroup("apps")
          .withVersion("v1")
          .withKind("Deployment")
          .withPlural("deployments")
          .withNamespaced(true)
          .build();

  private final List<SharedIndexInformer<GenericKubernetesResource>> informers;
  private final Set<Consumer<ObjectName>> listeners = new CopyOnWriteArraySet<>();

  /**
   * @param namespaces one watch each; empty: one for all
   */
  DeploymentWatch(KubernetesClient client, List<String> namespaces) {
    informers =
        namespaces.isEmpty()
            ? List.of(enrolled(client, Optional.empty()))
            : namespaces.stream().map(n -> enrolled(client, Optional.of(n))).toList();
  }

  private SharedIndexInformer<GenericKubernetesResource> enrolled(
      KubernetesClient client, Optional<String> namespace) {
    var deployments = client.genericKubernetesResources(DEPLOYMENTS);
    var informer =
        namespace
            .map(n -> deployments.inNamespace(n).withLabel(Api.HOLD_LABEL).runnableInformer(0))
            .orElseGet(
                () -> deployments.inAnyNamespace().withLabel(Api.HOLD_LABEL).runnableInformer(0));
    return informer
        .itemStore(new PackedItems(client.getKubernetesSerialization()))
        .exceptionHandler((_, _) -> true)
        .addEventHandler(new Changes());
  }

  void listen(Consumer<ObjectName> listener) {
    listeners.add(listener);
  }

  void start() {
    informers.forEach(SharedIndexInformer::start);
  }

  void stop() {
    informers.forEach(SharedIndexInformer::stop);
  }

  /** Every watch has seen the whole list once. */
  boolean hasSynced() {
    return informers.stream().allMatch(SharedIndexInformer::hasSynced);
  }

  /** Empty if it is not among the enrolled ones as far as the watch knows. */
  Optional<Observed<GenericKubernetesResource>> get(String namespace, String name) {
    return informers.stream()
        .map(i -> i.getStore().getByKey(namespace + "/" + name))
        .filter(Objects::nonNull)
        .findFirst()
        .map(Observed::known);
  }

  Stream<ObjectName> names() {
    return informers.stream()
        .flatMap(i -> i.getStore().listKeys().stream())
        .map(key ->
            new ObjectName(
                key.substring(0, key.indexOf('/')), key.substring(key.indexOf('/') + 1)));
  }

  private final class Changes implements ResourceEventHandler<GenericKubernetesResource> {
    @Override
    public void onAdd(GenericKubernetesResource added) {
      tell(added);
    }

    @Override
    public void onUpdate(GenericKubernetesResource before, GenericKubernetesResource after) {
      if (isNews(before.getMetadata(), after.getMetadata())) {
        tell(after);
      }
    }

    @Override
    public void onDelete(GenericKubernetesResource deleted, boolean stateUnknown) {
      tell(deleted);
    }

    private void tell(GenericKubernetesResource about) {
      ObjectMeta meta = about.getMetadata();
      ObjectName name = new ObjectName(meta.getNamespace(), meta.getName());
      listeners.forEach(l -> l.accept(name));
    }

    /** Counting pods changes the resource version all day long and nothing of this. */
    private static boolean isNews(ObjectMeta before, ObjectMeta after) {
      return !Objects.equals(before.getUid(), after.getUid())
          || !Objects.equals(before.getGeneration(), after.getGeneration())
          || !Objects.equals(before.getLabels(), after.getLabels())
          || !Objects.equals(before.getAnnotations(), after.getAnnotations())
          || !Objects.equals(before.getDeletionTimestamp(), after.getDeletionTimestamp());
    }
  }
}
