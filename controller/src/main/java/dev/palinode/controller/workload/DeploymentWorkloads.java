package dev.palinode.controller.workload;

import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.decide.Origin;
import dev.palinode.controller.decide.Target;
import dev.palinode.controller.decide.Workload;
import dev.palinode.controller.gitops.Origins;
import dev.palinode.controller.gitops.Trace;
import dev.palinode.controller.ports.Outcome;
import dev.palinode.controller.ports.WorkloadKey;
import dev.palinode.controller.ports.Workloads;
import dev.palinode.crds.Observed;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plain Deployments on a Kubernetes API server. Looks may come from a cache; whatever is written is
 * decided on a Deployment read within the same call.
 */
public final class DeploymentWorkloads implements Workloads {
  private static final Logger log = LoggerFactory.getLogger(DeploymentWorkloads.class);

  private final Cluster cluster;
  private final DeploymentCache cache;
  private final Origins origins;
  private final InstantSource clock;
  private final WorkloadReading reading;
  private final HoldGuard guard;
  private final CandidateSteps candidate;
  private final DeploymentSteps owned;

  /**
   * @param clock tells how long a pod has been in trouble
   */
  public DeploymentWorkloads(
      KubernetesClient client, DeploymentCache cache, Origins origins, InstantSource clock) {
    this.cluster = new Cluster(client);
    this.cache = cache;
    this.origins = origins;
    this.clock = clock;
    reading = new WorkloadReading(cluster);
    guard = new HoldGuard(client, clock);
    candidate = new CandidateSteps(cluster);
    owned = new DeploymentSteps(cluster);
  }

  @Override
  public Observed<Target> target(WorkloadKey key) {
    return look(key).map(TargetReading::of);
  }

  @Override
  public Observed<Target> targetNow(WorkloadKey key) {
    return ask(key).map(TargetReading::of);
  }

  @Override
  public Observed<Boolean> guarded() {
    return guard.guarded();
  }

  @Override
  public Observed<Workload> read(WorkloadKey key) {
    return switch (look(key)) {
      case Observed.Known<GenericKubernetesResource>(var d) -> read(key, Optional.of(new Live(d)));
      case Observed.Missing<GenericKubernetesResource> _ -> read(key, Optional.empty());
      case Observed.Unreadable<GenericKubernetesResource>(var reason) ->
          Observed.unreadable(reason);
    };
  }

  @Override
  public Observed<Origin> origin(WorkloadKey key) {
    return switch (look(key)) {
      case Observed.Known<GenericKubernetesResource>(var d) -> Answers.read(() -> origin(key, d));
      case Observed.Missing<GenericKubernetesResource> _ -> Observed.missing();
      case Observed.Unreadable<GenericKubernetesResource>(var reason) ->
          Observed.unreadable(reason);
    };
  }

  @Override
  public Outcome apply(WorkloadKey key, Effect.OnWorkload effect) {
    return Answers.write(() ->
        switch (effect) {
          case Effect.Bootstrap(var digest) ->
              onDeployment(key, d -> owned.bootstrap(key, d, digest));
          case Effect.DeleteTwin(var name, var uid) -> candidate.deleteTwin(key, name, uid);
          case Effect.CreateCandidate(var digest) ->
              onDeployment(key, d -> candidate.create(key, d, digest));
          case Effect.ScaleCandidate(var replicas) -> candidate.scale(key, replicas);
          case Effect.LabelPods() -> candidate.labelPods(key);
          case Effect.HandOver handOver -> onDeployment(key, d -> owned.handOver(key, d, handOver));
          case Effect.ScaleToZero(var names) ->
              onDeployment(key, d -> owned.scaleToZero(key, d, names));
          case Effect.DeleteCandidate() -> candidate.delete(key);
        });
  }

  private Observed<GenericKubernetesResource> look(WorkloadKey key) {
    return cache.get(key.canary().namespace(), key.deployment()).orElseGet(() -> ask(key));
  }

  private Observed<GenericKubernetesResource> ask(WorkloadKey key) {
    return Answers.read(() ->
        cluster
            .deployment(key.canary().namespace(), key.deployment())
            .map(Observed::known)
            .orElseGet(Observed::missing));
  }

  private Observed<Workload> read(WorkloadKey key, Optional<Live> deployment) {
    return Answers.read(() -> Observed.known(reading.read(key, deployment, clock.instant())));
  }

  private Observed<Origin> origin(WorkloadKey key, GenericKubernetesResource deployment) {
    return switch (origins.trace(deployment)) {
      case Trace.Found(var origin) -> Observed.known(origin);
      case Trace.Untraceable(var reason) -> {
        log.debug("{}: {}", key.canary(), reason);
        yield Observed.missing();
      }
    };
  }

  private Outcome onDeployment(WorkloadKey key, Function<Live, Outcome> step) {
    return cluster
        .deployment(key.canary().namespace(), key.deployment())
        .map(d -> step.apply(new Live(d)))
        .orElseGet(() -> new Outcome.Again("Deployment " + key.deployment() + " is gone"));
  }
}
