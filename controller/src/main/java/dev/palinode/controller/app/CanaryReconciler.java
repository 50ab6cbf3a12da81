package dev.palinode.controller.app;

import dev.palinode.controller.reconcile.CanaryLoop;
import dev.palinode.crds.AnalysisTemplate;
import dev.palinode.crds.Canary;
import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Phase;
import dev.palinode.crds.Revert;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says which Canary to look at, and when: whenever it, its Deployment, its Revert or a template it
 * names changed, and when the last look asked for it. What a look does is the loop's.
 */
final class CanaryReconciler implements Reconciler<Canary> {
  private static final String BY_TARGET = "target";
  private static final String BY_TEMPLATE = "template";

  /** At a start with thousands of Canaries those with a rollout under way do not stand in line. */
  private static final int QUIET_AT_ONCE = 16;

  private final CanaryLoop loop;
  private final Consumer<ObjectName> onUnguarded;
  private final Semaphore quiet = new Semaphore(QUIET_AT_ONCE, true);
  private final SimpleInboundEventSource<Canary> deployments =
      new SimpleInboundEventSource<>("deployments");
  private volatile @Nullable IndexerResourceCache<Canary> canaries;

  /**
   * @param onUnguarded told the Deployment of a Canary that is gone
   */
  CanaryReconciler(CanaryLoop loop, Consumer<ObjectName> onUnguarded) {
    this.loop = loop;
    this.onUnguarded = onUnguarded;
  }

  @Override
  public List<EventSource<?, Canary>> prepareEventSources(EventSourceContext<Canary> context) {
    IndexerResourceCache<Canary> cache = context.getPrimaryCache();
    cache.addIndexer(BY_TARGET, c -> targetOf(c).map(ObjectName::toString).stream().toList());
    cache.addIndexer(BY_TEMPLATE, CanaryReconciler::templatesOf);
    canaries = cache;
    return List.of(
        deployments,
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(Revert.class, Canary.class)
                .withNamespacesInheritedFromController()
                .withSecondaryToPrimaryMapper(this::canariesOf)
                .build(),
            context),
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(AnalysisTemplate.class, Canary.class)
                .withNamespacesInheritedFromController()
                .withSecondaryToPrimaryMapper(t -> byIndex(BY_TEMPLATE, nameOf(t).toString()))
                .build(),
            context));
  }

  @Override
  public UpdateControl<Canary> reconcile(Canary canary, Context<Canary> context)
      throws InterruptedException {
    ObjectName name = nameOf(canary);
    if (context.isPrimaryResourceDeleted()) {
      loop.forget(name);
      targetOf(canary).ifPresent(onUnguarded);
      return UpdateControl.noUpdate();
    }
    UpdateControl<Canary> done = UpdateControl.noUpdate();
    return look(canary, name).map(done::rescheduleAfter).orElse(done);
  }

  private Optional<Duration> look(Canary canary, ObjectName name) throws InterruptedException {
    if (phaseOf(canary).isRollout()) {
      return loop.look(name);
    }
    quiet.acquire();
    try {
      return loop.look(name);
    } finally {
      quiet.release();
    }
  }

  /** The Deployment changed, or came, or went. */
  void deploymentChanged(ObjectName deployment) {
    byIndex(BY_TARGET, deployment.toString()).forEach(deployments::propagateEvent);
  }

  boolean isClaimed(ObjectName deployment) {
    return !byIndex(BY_TARGET, deployment.toString()).isEmpty();
  }

  /** How many Canaries stand in each phase. */
  Map<Phase, Long> phases() {
    return all()
        .collect(
            Collectors.groupingBy(
                CanaryReconciler::phaseOf,
                () -> new EnumMap<>(Phase.class),
                Collectors.counting()));
  }

  private Stream<Canary> all() {
    return cache().stream().flatMap(IndexerResourceCache::list);
  }

  /**
   * Empty until the watch is open: Deployments are seen before that, and every Canary is looked at
   * once after it.
   */
  private Optional<IndexerResourceCache<Canary>> cache() {
    return Optional.ofNullable(canaries)
        .filter(c -> !(c instanceof AbstractEventSource<?, ?> source) || source.isRunning());
  }

  private Set<ResourceID> canariesOf(Revert revert) {
    return revert.getSpec() == null
        ? Set.of()
        : byIndex(
            BY_TARGET,
            new ObjectName(revert.getMetadata().getNamespace(), revert.getSpec().object().name())
                .toString());
  }

  private Set<ResourceID> byIndex(String index, String key) {
    return cache().stream()
        .flatMap(c -> c.byIndex(index, key).stream())
        .map(ResourceID::fromResource)
        .collect(Collectors.toSet());
  }

  private static ObjectName nameOf(HasMetadata object) {
    return new ObjectName(object.getMetadata().getNamespace(), object.getMetadata().getName());
  }

  private static Phase phaseOf(Canary canary) {
    return Optional.ofNullable(canary.getStatus())
        .map(CanaryStatus::phaseOrInitial)
        .orElse(Phase.Initializing);
  }

  /** Whatever stands in the cache may come from a laxer schema than today's. */
  @SuppressWarnings("NullAway")
  private static Optional<ObjectName> targetOf(Canary canary) {
    return Optional.ofNullable(canary.getSpec())
        .map(CanarySpec::targetRef)
        .map(t -> new ObjectName(canary.getMetadata().getNamespace(), t.name()));
  }

  private static List<String> templatesOf(Canary canary) {
    if (canary.getSpec() == null) {
      return List.of();
    }
    String namespace = canary.getMetadata().getNamespace();
    Stream<CanarySpec.TemplateRef> ofSteps =
        canary.getSpec().steps().stream()
            .flatMap(s -> Optional.ofNullable(s.analysis()).stream())
            .flatMap(a -> a.templates().stream());
    return Stream.concat(canary.getSpec().analysis().templates().stream(), ofSteps)
        .map(t -> namespace + "/" + t.name())
        .distinct()
        .toList();
  }
}
