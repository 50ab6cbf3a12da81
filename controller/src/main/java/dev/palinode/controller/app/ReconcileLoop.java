package dev.palinode.controller.app;

import dev.palinode.controller.istio.OrphanedRoutes;
import dev.palinode.controller.kube.ApiFailure;
import dev.palinode.controller.kube.EventRecorder;
import dev.palinode.controller.kube.OldReverts;
import dev.palinode.controller.reconcile.CanaryLoop;
import dev.palinode.controller.writer.GitTargetCheck;
import dev.palinode.controller.writer.RevertReconciler;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Phase;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.health.Status;
import io.javaoperatorsdk.operator.processing.event.rate.LinearRateLimiter;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Runs the library that owns watches, queues, retries and the Lease: Java Operator SDK. One look at
 * a time per object, on virtual threads; processes that do not lead keep their watches in sync and
 * do nothing else.
 */
final class ReconcileLoop implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(ReconcileLoop.class);

  /** So that it does not matter whether the Deployment or its Canary is created first. */
  private static final Duration GRACE_WITHOUT_CANARY = Duration.ofSeconds(30);

  /** A GitTarget that is new or was changed is checked this soon. */
  private static final Duration TARGETS = Duration.ofMinutes(1);

  private static final Duration OLD_REVERTS = Duration.ofHours(6);

  /** Most looks cost nothing. */
  private static final Duration ORPHANED_ROUTES = Duration.ofMinutes(1);

  /**
   * News of the same object within this time is looked at together: most of it is the echo of what
   * the last round wrote, and a round for each would stand in the way of what was just begun.
   */
  private static final Duration ECHO = Duration.ofMillis(200);

  /** How long rounds under way may still take when told to stop. */
  private static final Duration LAST_ROUND = Duration.ofSeconds(5);

  /** In a cluster the host is the pod. */
  private static final String IDENTITY =
      Optional.ofNullable(System.getenv("HOSTNAME")).orElse("palinode")
          + "-"
          + UUID.randomUUID().toString().substring(0, 8);

  private final Settings settings;
  private final Clients clients;
  private final DeploymentWatch deployments;
  private final IntConsumer onEnd;
  private final Operator operator;
  private final Optional<CanaryReconciler> canaries;
  private final Optional<UnclaimedDeployments> unclaimed;
  private final Optional<GitTargetCheck> targets;
  private final OldReverts oldReverts;
  private final OrphanedRoutes orphanedRoutes;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory());

  private List<String> toldOutOfSync = List.of("nothing was looked at yet");
  private volatile boolean leading;
  private volatile boolean started;
  private volatile boolean running;
  private volatile boolean stopping;

  /**
   * @param loop absent without the controller's role
   * @param reverts absent without the writer's role, as are {@code targets}
   * @param onEnd ends this process with an exit code: somebody else may act now, or it cannot act
   */
  ReconcileLoop(
      Settings settings,
      Clients clients,
      DeploymentWatch deployments,
      EventRecorder events,
      Optional<CanaryLoop> loop,
      Optional<RevertReconciler> reverts,
      Optional<GitTargetCheck> targets,
      OldReverts oldReverts,
      OrphanedRoutes orphanedRoutes,
      IntConsumer onEnd) {
    this.settings = settings;
    this.clients = clients;
    this.deployments = deployments;
    this.onEnd = onEnd;
    this.targets = targets;
    this.oldReverts = oldReverts;
    this.orphanedRoutes = orphanedRoutes;
    this.operator = new Operator(this::configure);
    this.canaries = loop.map(l -> new CanaryReconciler(l, this::unguarded));
    this.unclaimed =
        canaries.map(c ->
            new UnclaimedDeployments(
                deployments::get, c::isClaimed, events, timer, GRACE_WITHOUT_CANARY));
    canaries.ifPresent(c -> operator.register(c, this::configure));
    reverts.ifPresent(
        r -> operator.register(new WriterReconciler(r, clients.home(), settings), this::configure));
    canaries.ifPresent(c -> deployments.listen(c::deploymentChanged));
    deployments.listen(this::suspect);
  }

  private void configure(ConfigurationServiceOverrider operation) {
    operation
        .withKubernetesClient(clients.normal())
        .withCloseClientOnStop(false)
        .checkingCRDAndValidateLocalModel(false)
        .withUseSSAToPatchPrimaryResource(false)
        .withExecutorService(Executors.newVirtualThreadPerTaskExecutor())
        .withReconciliationTerminationTimeout(LAST_ROUND)
        .withStopOnInformerErrorDuringStartup(false)
        .withCacheSyncTimeout(Duration.ofSeconds(30));
    Settings.LeaderElection election = settings.leaderElection();
    if (election.enabled()) {
      operation.withLeaderElectionConfiguration(
          new LeaderElectionConfiguration(
              leaseName(),
              election.namespace(),
              election.lease(),
              election.renewDeadline(),
              election.retryPeriod(),
              IDENTITY,
              new LeaderCallbacks(this::lead, this::follow, this::hear),
              false));
    }
  }

  private <T extends HasMetadata> void configure(ControllerConfigurationOverrider<T> kind) {
    // Deletions are rounds like any other: the finalizer is an effect, not the library's.
    kind.withTriggerReconcilerOnAllEvents(true)
        .withRateLimiter(new LinearRateLimiter(ECHO, 1))
        .withReconciliationMaxInterval(null)
        .withRetry(
            new GenericRetry()
                .withoutMaxAttempts()
                .setInitialInterval(1_000)
                .setMaxInterval(60_000));
    if (settings.watchesAll()) {
      kind.watchingAllNamespaces();
    } else {
      kind.settingNamespaces(settings.watchNamespaces().toArray(String[]::new));
    }
  }

  /** A process that only writes must not keep one that controls from leading. */
  private String leaseName() {
    return settings.has(Settings.Role.CONTROLLER) ? "palinode" : "palinode-writer";
  }

  private void lead() {
    log.info("Leading: this process acts now.");
    leading = true;
    deployments.names().forEach(this::suspect);
    targets.ifPresent(t -> every(TARGETS, "git targets", t::look));
    if (canaries.isPresent()) {
      every(OLD_REVERTS, "old reverts", oldReverts::remove);
      every(ORPHANED_ROUTES, "orphaned routes", orphanedRoutes::look);
    }
  }

  /** On a thread of its own: the timer must not wait for servers. */
  private void every(Duration interval, String name, Runnable task) {
    Runnable start = () -> Thread.ofVirtual().name(name).start(task);
    var _ = timer.scheduleWithFixedDelay(start, 0, interval.toSeconds(), TimeUnit.SECONDS);
  }

  private void follow() {
    if (leading && !stopping) {
      log.error(
          "Lost the lease {}/{}: another process may act now, so this one ends. Check that the API"
              + " server answered in the last {} s and that leases may be patched there.",
          settings.leaderElection().namespace(),
          leaseName(),
          settings.leaderElection().renewDeadline().toSeconds());
      onEnd.accept(ExitCode.TIMEOUT);
    }
    leading = false;
  }

  private void hear(String leader) {
    log.info("Leader: {}", leader);
  }

  /** The Canary of this Deployment is gone. */
  private void unguarded(ObjectName deployment) {
    orphanedRoutes.suspect();
    suspect(deployment);
  }

  private void suspect(ObjectName deployment) {
    if (leading) {
      unclaimed.ifPresent(u -> u.suspect(deployment));
    }
  }

  /** In the background: health must be answered while an API server that is away is waited for. */
  @Override
  public void start() {
    running = true;
    var _ = Thread.ofVirtual().name("start").start(this::run);
  }

  private void run() {
    awaitServer();
    if (stopping) {
      return;
    }
    if (canaries.isPresent()) {
      deployments.start();
    }
    var _ = timer.scheduleWithFixedDelay(this::tellSync, 1, 5, TimeUnit.SECONDS);
    try {
      operator.start();
      started = true;
      if (!settings.leaderElection().enabled()) {
        lead();
      }
    } catch (RuntimeException e) {
      log.error("Cannot start: {}", rootMessage(e));
      onEnd.accept(ExitCode.INTERNAL);
    }
  }

  /** Said once per change: a watch that is away is tried again for ever, in silence. */
  private void tellSync() {
    List<String> now = outOfSync();
    if (!now.equals(toldOutOfSync)) {
      if (now.isEmpty()) {
        log.info("In sync: every watch has seen the cluster.");
      } else {
        log.warn("Not in sync: {}", String.join("; ", now));
      }
      toldOutOfSync = now;
    }
  }

  private void awaitServer() {
    while (!stopping) {
      try {
        var _ = clients.normal().getKubernetesVersion();
        return;
      } catch (KubernetesClientException e) {
        log.warn("Waiting for the API server: {}", ApiFailure.reason(e));
        pause();
      }
    }
  }

  private void pause() {
    try {
      Thread.sleep(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes no new work, lets rounds under way end, and only then gives the Lease away. */
  @Override
  public void stop() {
    stopping = true;
    deployments.stop();
    timer.shutdownNow();
    boolean led = leading;
    operator.stop();
    if (led && settings.leaderElection().enabled()) {
      releaseLease();
    }
    running = false;
    log.info("Stopped.");
  }

  /** The library leaves the Lease to run out; the next process need not wait for that. */
  private void releaseLease() {
    var lease =
        clients
            .normal()
            .leases()
            .inNamespace(settings.leaderElection().namespace())
            .withName(leaseName());
    try {
      var held = lease.get();
      if (held != null && IDENTITY.equals(held.getSpec().getHolderIdentity())) {
        lease.patch(
            PatchContext.of(PatchType.JSON),
            """
            [{"op": "test", "path": "/metadata/resourceVersion", "value": "%s"},
             {"op": "replace", "path": "/spec/holderIdentity", "value": ""},
             {"op": "replace", "path": "/spec/leaseDurationSeconds", "value": 1}]
            """
                .formatted(held.getMetadata().getResourceVersion()));
      }
    } catch (KubernetesClientException e) {
      log.warn("The lease could not be released and will run out: {}", ApiFailure.reason(e));
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** What is not yet in sync; empty when this process could act. */
  List<String> outOfSync() {
    if (!started) {
      return List.of("the watches have not been opened yet");
    }
    List<String> watches =
        new ArrayList<>(
            operator.getRuntimeInfo().unhealthyEventSources().values().stream()
                .flatMap(sources -> sources.entrySet().stream())
                .filter(source -> source.getValue().getStatus() != Status.HEALTHY)
                .map(source -> "the watch " + source.getKey() + " is not in sync")
                .toList());
    if (canaries.isPresent() && !deployments.hasSynced()) {
      watches.add("the watch of Deployments is not in sync");
    }
    return watches;
  }

  boolean isLeading() {
    return leading;
  }

  Map<Phase, Long> phases() {
    return canaries.map(CanaryReconciler::phases).orElse(Map.of());
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }
}
