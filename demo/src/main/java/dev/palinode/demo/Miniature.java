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
import dev.palinode.controller.observe.RolloutRecords;
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
import dev.palinode.demo.Terminal.Tone;
import dev.palinode.gitwriter.GitWriter;
import dev.palinode.gitwriter.jgit.JGitWriter;
import io.fabric8.kubernetes.api.model.HasMetadata;
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

/** The real controller among simulated surroundings, in this process. */
final class Miniature implements Stage {
  private static final Duration SETTLE = Duration.ofMillis(200);
  private static final Duration DRAIN = Duration.ofSeconds(1);
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final ObjectName CANARY = new ObjectName(Shop.NAMESPACE, Shop.APP);
  private static final Logger log = LoggerFactory.getLogger(Miniature.class);
  private static final List<String> WRITERS_HOME = List.of("palinode-system");
  private static final InstantSource CLOCK = InstantSource.system();

  private final Deque<AutoCloseable> running = new ArrayDeque<>();
  private final Map<String, Round> writers = new ConcurrentHashMap<>();
  private final KubernetesClient watcher;
  private final Shop shop;
  private final Telemetry telemetry = new Telemetry();
  private final Journal journal;

  Miniature(Terminal terminal, Path folder, Parts parts) {
    introduce(terminal);
    ApiServer server = closing(new ApiServer());
    watcher = server.client("watcher");
    journal = closing(new Journal(folder.resolve("events.ndjson"), watcher));
    GitWriter writer = closing(parts.writer().apply(writer(server, folder)));
    shop = Shop.in(folder);
    MetricStore metrics = closing(new MetricStore(telemetry));
    closing(new Mesh(server.client("mesh"), telemetry));
    WorkloadController workloads = new WorkloadController(server.client("workloads"));
    closing(new Round("workloads", workloads::look));
    CanaryLoop loop =
        controller(server, metrics, parts, new RolloutRecords(folder.resolve("records")));
    watch(closing(new Round("controller", () -> loop.look(CANARY))), carryingOut(server, writer));
    Agent agent = new Agent(server.client("flux"), shop);
    closing(new Round("agent", agent::look));
  }

  private static void introduce(Terminal terminal) {
    terminal.say(Tone.TITLE, "Palinode in miniature");
    terminal.say(
        Tone.PLAIN,
        "Real: the controller's loop, its decider, the judge and the git writer, over HTTP and"
            + " git.");
    terminal.say(
        Tone.PLAIN,
        "Simulated: the API server (in memory), ReplicaSets and pods, the mesh and its "
            + Mesh.PER_SECOND
            + " requests/s,");
    terminal.say(Tone.PLAIN, "  Prometheus, and Flux, which applies main every half second.");
    terminal.say(
        Tone.QUIET,
        "Shortened so that nobody waits: mesh.settle=%dms (else 15s), mesh.drain=%ds (30s),"
            .formatted(SETTLE.toMillis(), DRAIN.toSeconds()));
    terminal.say(
        Tone.QUIET,
        "  analysis.interval=%dms (5s), prometheus.scrape-interval=%dms (15s). Nothing else."
            .formatted(LOOK.toMillis(), MetricStore.SCRAPE.toMillis()));
  }

  @Override
  public Shop shop() {
    return shop;
  }

  @Override
  public Traffic traffic() {
    return telemetry;
  }

  @Override
  public Journal journal() {
    return journal;
  }

  @Override
  public Cluster cluster() {
    return new Cluster(watcher);
  }

  @Override
  public int patience() {
    return 1;
  }

  private static GitWriter writer(ApiServer server, Path folder) {
    return new JGitWriter(
        JGitWriter.Settings.in(folder.resolve("mirrors")),
        new SecretCredentials(server.client("palinode"), WRITERS_HOME),
        CLOCK);
  }

  /** The controller as the program wires it. */
  private CanaryLoop controller(
      ApiServer server, MetricStore metrics, Parts parts, RolloutRecords records) {
    KubernetesClient client = server.client("palinode");
    PrometheusSource source = closing(new PrometheusSource(PrometheusSettings.of(metrics.url())));
    Gates gates =
        parts
            .judge()
            .apply(
                new SequentialGates(
                    source,
                    GateSettings.defaults().withIntervals(LOOK, MetricStore.SCRAPE),
                    records));
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
        answer.known().ifPresent(journal::heard);
        return answer;
      }

      @Override
      public void forget(ObjectName canary) {
        journal.forgetHeard();
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
    closing(
        watcher
            .resources(Canary.class)
            .inNamespace(Shop.NAMESPACE)
            .inform(new News<>(newSpec, _ -> canary.news())));
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
