package dev.palinode.demo;

import dev.palinode.analysis.GateSettings;
import dev.palinode.analysis.prometheus.PrometheusSettings;
import dev.palinode.analysis.prometheus.PrometheusSource;
import dev.palinode.controller.act.EffectRunner;
import dev.palinode.controller.decide.Decider;
import dev.palinode.controller.decide.Judgement;
import dev.palinode.controller.decide.Pace;
import dev.palinode.controller.gitops.Origins;
import dev.palinode.controller.istio.IstioTrafficRouter;
import dev.palinode.controller.kube.KubernetesCanaries;
import dev.palinode.controller.observe.Gates;
import dev.palinode.controller.observe.Question;
import dev.palinode.controller.observe.SequentialGates;
import dev.palinode.controller.observe.WorldReader;
import dev.palinode.controller.ports.Canaries;
import dev.palinode.controller.ports.TrafficRouter;
import dev.palinode.controller.ports.Workloads;
import dev.palinode.controller.reconcile.CanaryLoop;
import dev.palinode.controller.reconcile.LoopListener;
import dev.palinode.controller.workload.DeploymentCache;
import dev.palinode.controller.workload.DeploymentWorkloads;
import dev.palinode.controller.writer.RevertReconciler;
import dev.palinode.controller.writer.SecretCredentials;
import dev.palinode.controller.writer.WriterListener;
import dev.palinode.crds.Canary;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import dev.palinode.crds.Revert;
import dev.palinode.gitwriter.GitWriter;
import dev.palinode.gitwriter.jgit.JGitWriter;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the real controller among its simulated surroundings, and takes everything down again. */
final class Stage implements AutoCloseable {
  static final Duration SETTLE = Duration.ofMillis(200);
  static final Duration DRAIN = Duration.ofSeconds(1);
  static final Duration LOOK = Duration.ofMillis(500);
  static final ObjectName CANARY = new ObjectName(Shop.NAMESPACE, Shop.APP);
  private static final Logger log = LoggerFactory.getLogger(Stage.class);
  private static final List<String> WRITERS_HOME = List.of("palinode-system");
  private static final InstantSource CLOCK = InstantSource.system();

  private final Deque<AutoCloseable> running = new ArrayDeque<>();
  private final Map<String, Round> writers = new ConcurrentHashMap<>();
  private final KubernetesClient watcher;
  private final Shop shop;
  private final Telemetry telemetry = new Telemetry();
  private final Journal journal;

  Stage(Path folder, Parts parts) {
    ApiServer server = closing(new ApiServer());
    watcher = server.client("watcher");
    journal = new Journal(folder.resolve("events.ndjson"), watcher.getKubernetesSerialization());
    GitWriter writer = closing(parts.writer().apply(writer(server, folder)));
    shop = new Shop(folder);
    MetricStore metrics = closing(new MetricStore(telemetry));
    closing(new Mesh(server.client("mesh"), telemetry));
    WorkloadController workloads = new WorkloadController(server.client("workloads"));
    closing(new Round("workloads", workloads::look));
    CanaryLoop loop = controller(server, metrics, parts);
    watch(closing(new Round("controller", () -> loop.look(CANARY))), carryingOut(server, writer));
    Agent agent = new Agent(server.client("flux"), shop);
    closing(new Round("agent", agent::look));
  }

  Shop shop() {
    return shop;
  }

  Telemetry telemetry() {
    return telemetry;
  }

  Journal journal() {
    return journal;
  }

  Deployment deployment() {
    return Objects.requireNonNull(
        watcher.apps().deployments().inNamespace(Shop.NAMESPACE).withName(Shop.APP).get());
  }

  List<Pod> pods() {
    return watcher.pods().inNamespace(Shop.NAMESPACE).list().getItems();
  }

  List<Revert> reverts() {
    return watcher.resources(Revert.class).inNamespace(Shop.NAMESPACE).list().getItems();
  }

  /** The routes as the API server has them now, not as anybody remembers them. */
  Object route() {
    return watcher
        .genericKubernetesResources(Kinds.VIRTUAL_SERVICE)
        .inNamespace(Shop.NAMESPACE)
        .withName(Shop.APP)
        .get()
        .get("spec");
  }

  int rules() {
    return watcher
        .genericKubernetesResources(Kinds.DESTINATION_RULE)
        .inNamespace(Shop.NAMESPACE)
        .list()
        .getItems()
        .size();
  }

  private static GitWriter writer(ApiServer server, Path folder) {
    return new JGitWriter(
        JGitWriter.Settings.in(folder.resolve("mirrors")),
        new SecretCredentials(server.client("palinode"), WRITERS_HOME),
        CLOCK);
  }

  /** The controller as the program wires it. */
  private CanaryLoop controller(ApiServer server, MetricStore metrics, Parts parts) {
    KubernetesClient client = server.client("palinode");
    PrometheusSource source = closing(new PrometheusSource(PrometheusSettings.of(metrics.url())));
    Gates gates =
        parts
            .judge()
            .apply(
                new SequentialGates(
                    source, GateSettings.defaults().withIntervals(LOOK, MetricStore.SCRAPE)));
    Canaries canaries = new KubernetesCanaries(client, CLOCK);
    TrafficRouter router = new IstioTrafficRouter(client, server.client("palinode"));
    Workloads workloads =
        new DeploymentWorkloads(client, DeploymentCache.NONE, new Origins(client, "argocd"), CLOCK);
    Pace defaults = Pace.DEFAULT;
    Decider decider =
        parts
            .decider()
            .apply(new Pace(SETTLE, DRAIN, defaults.headroom(), defaults.revertTimeout(), "demo"));
    return new CanaryLoop(
        canaries,
        new WorldReader(canaries, workloads, router, overheard(gates)),
        decider,
        new EffectRunner(canaries, workloads, router),
        CLOCK,
        LoopListener.SILENT);
  }

  private Gates overheard(Gates gates) {
    return new Gates() {
      @Override
      public Observed<Judgement> ask(Question question, Instant now) {
        Observed<Judgement> answer = gates.ask(question, now);
        answer.known().ifPresent(journal::judgement);
        return answer;
      }

      @Override
      public void forget(ObjectName canary) {
        journal.forgetJudgement();
        gates.forget(canary);
      }
    };
  }

  private Consumer<Revert> carryingOut(ApiServer server, GitWriter writer) {
    KubernetesClient client = server.client("palinode");
    RevertReconciler reconciler =
        new RevertReconciler(client, client, WRITERS_HOME, writer, CLOCK, WriterListener.SILENT);
    return revert ->
        writers
            .computeIfAbsent(
                revert.getMetadata().getName(),
                name ->
                    new Round(name, () -> reconciler.look(new ObjectName(Shop.NAMESPACE, name))))
            .news();
  }

  /** The news that the program's own watches would bring. */
  private void watch(Round canary, Consumer<Revert> writer) {
    BiPredicate<HasMetadata, HasMetadata> newSpec =
        (before, after) ->
            !Objects.equals(
                before.getMetadata().getGeneration(), after.getMetadata().getGeneration());
    var canaries = watcher.resources(Canary.class).inNamespace(Shop.NAMESPACE);
    closing(canaries.inform(new News<>(newSpec, _ -> canary.news())));
    closing(
        canaries.inform(
            new News<>(
                (before, after) -> !Objects.equals(before.getStatus(), after.getStatus()),
                c -> {
                  if (c.getStatus() != null) {
                    journal.status(c.getStatus());
                  }
                })));
    closing(
        watcher
            .apps()
            .deployments()
            .inNamespace(Shop.NAMESPACE)
            .inform(new News<>(newSpec, _ -> canary.news())));
    closing(
        watcher
            .resources(Revert.class)
            .inNamespace(Shop.NAMESPACE)
            .inform(
                new News<>(
                    (_, _) -> true,
                    revert -> {
                      writer.accept(revert);
                      canary.news();
                    })));
    closing(
        watcher
            .resources(Event.class)
            .inNamespace(Shop.NAMESPACE)
            .inform(new News<>((_, _) -> true, journal::event)));
  }

  private <T extends AutoCloseable> T closing(T part) {
    running.push(part);
    return part;
  }

  @Override
  public void close() {
    writers.values().forEach(Round::close);
    while (!running.isEmpty()) {
      try {
        running.pop().close();
      } catch (Exception e) {
        log.warn("a part did not stop cleanly", e);
      }
    }
  }
}
