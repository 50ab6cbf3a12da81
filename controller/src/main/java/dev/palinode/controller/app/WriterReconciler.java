package dev.palinode.controller.app;

import dev.palinode.controller.writer.RevertReconciler;
import dev.palinode.crds.GitTarget;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Revert;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Says which Revert the writer looks at, and when: also when a GitTarget came or was changed. */
final class WriterReconciler implements Reconciler<Revert> {
  private final RevertReconciler reverts;
  private final KubernetesClient home;
  private final Settings settings;

  WriterReconciler(RevertReconciler reverts, KubernetesClient home, Settings settings) {
    this.reverts = reverts;
    this.home = home;
    this.settings = settings;
  }

  @Override
  public List<EventSource<?, Revert>> prepareEventSources(EventSourceContext<Revert> context) {
    return List.of(
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(GitTarget.class, Revert.class)
                .withKubernetesClient(home)
                .withNamespaces(Set.copyOf(settings.writer().namespaces()))
                .withSecondaryToPrimaryMapper(_ ->
                    context
                        .getPrimaryCache()
                        .list(RevertReconciler::isOpen)
                        .map(ResourceID::fromResource)
                        .collect(Collectors.toSet()))
                .withOnUpdateFilter((now, before) ->
                    !now.getMetadata().getGeneration().equals(before.getMetadata().getGeneration()))
                .build(),
            context));
  }

  @Override
  public UpdateControl<Revert> reconcile(Revert revert, Context<Revert> context) {
    UpdateControl<Revert> done = UpdateControl.noUpdate();
    if (context.isPrimaryResourceDeleted() || !RevertReconciler.isOpen(revert)) {
      return done;
    }
    ObjectName name =
        new ObjectName(revert.getMetadata().getNamespace(), revert.getMetadata().getName());
    return reverts.look(name).map(done::rescheduleAfter).orElse(done);
  }
}
