package dev.palinode.controller.app;

import dev.palinode.controller.kube.EventRecorder;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * Tells the owner of a held Deployment that no Canary guards it: its changes would wait for ever.
 * Not at once, so that the order in which the two are created does not matter.
 */
final class UnclaimedDeployments {
  private final BiFunction<String, String, Optional<Observed<GenericKubernetesResource>>>
      deployments;
  private final Predicate<ObjectName> isClaimed;
  private final EventRecorder events;
  private final ScheduledExecutorService timer;
  private final Duration grace;
  private final Set<ObjectName> pending = ConcurrentHashMap.newKeySet();

  /**
   * @param isClaimed whether a Canary targets this Deployment
   */
  UnclaimedDeployments(
      BiFunction<String, String, Optional<Observed<GenericKubernetesResource>>> deployments,
      Predicate<ObjectName> isClaimed,
      EventRecorder events,
      ScheduledExecutorService timer,
      Duration grace) {
    this.deployments = deployments;
    this.isClaimed = isClaimed;
    this.events = events;
    this.timer = timer;
    this.grace = grace;
  }

  /** Something happened to this Deployment or to a Canary of it: look after the grace. */
  void suspect(ObjectName deployment) {
    if (!isClaimed.test(deployment) && pending.add(deployment)) {
      var _ = timer.schedule(() -> look(deployment), grace.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void look(ObjectName deployment) {
    pending.remove(deployment);
    if (isClaimed.test(deployment)) {
      return;
    }
    deployments
        .apply(deployment.namespace(), deployment.name())
        .flatMap(o -> o.known())
        .ifPresent(this::tell);
  }

  private void tell(GenericKubernetesResource deployment) {
    var meta = deployment.getMetadata();
    var _ =
        events.tell(
            new ObjectReferenceBuilder()
                .withApiVersion(deployment.getApiVersion())
                .withKind(deployment.getKind())
                .withNamespace(meta.getNamespace())
                .withName(meta.getName())
                .withUid(meta.getUid())
                .build(),
            true,
            "NoCanary",
            "This Deployment is held by its label palinode.dev/hold, and no Canary targets it: its"
                + " changes will not be rolled out. Create a Canary whose spec.targetRef names it,"
                + " or remove the label together with spec.paused.");
  }
}
