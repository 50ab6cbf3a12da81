package dev.palinode.demo;

import dev.palinode.demo.Terminal.Tone;
import dev.palinode.testbed.GitRepository;
import dev.palinode.testbed.PalinodeProcess;
import dev.palinode.testbed.Part;
import dev.palinode.testbed.Product;
import dev.palinode.testbed.Testbed;
import dev.palinode.testbed.mesh.Behaviour;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The program as its own process on the testbed's control plane, with Flux and Prometheus. */
final class OnTestbed implements Stage {
  private static final Logger log = LoggerFactory.getLogger(OnTestbed.class);

  /** So many that the mesh simulator remembers every one until the time for the demo is over. */
  private static final int PER_SECOND = 800;

  private static final double FAILING = 0.2;
  private static final Duration FLUX = Duration.ofSeconds(2);
  private static final Duration SCRAPE = Duration.ofSeconds(1);
  private static final int PATIENCE = 5;
  private static final List<Shortened> SHORTENED =
      List.of(
          new Shortened("mesh.settle", "2s", "15s"),
          new Shortened("mesh.drain", "1s", "30s"),
          new Shortened("analysis.interval", "1s", "5s"),
          new Shortened("prometheus.scrape-interval", SCRAPE.toSeconds() + "s", "15s"));

  /** A setting of the program and what it usually is. */
  private record Shortened(String name, String here, String usual) {
    String setting() {
      return name + "=" + here;
    }

    String told() {
      return "%s (else %s)".formatted(setting(), usual);
    }
  }

  /** What this stage brings up. */
  static final Set<Part> PARTS =
      EnumSet.of(Part.CONTROL_PLANE, Part.GIT, Part.PROMETHEUS, Part.MESH, Part.FLUX);

  private final Terminal terminal;
  private final Path folder;
  private final Testbed testbed;
  private final Deque<AutoCloseable> running = new ArrayDeque<>();
  private final KubernetesClient watcher;
  private final Shop shop;
  private final Journal journal;

  /**
   * @param folder for what is to be kept: git, events and logs
   * @param testbed gets the parts it lacks, all of them; whoever gave it closes it
   */
  OnTestbed(Terminal terminal, Path folder, Testbed testbed) {
    this.terminal = terminal;
    this.folder = folder;
    this.testbed = testbed;
    introduce();
    closing(this::keepLogs);
    try {
      bring("etcd, kube-apiserver, controller-manager, scheduler, kwok", Part.CONTROL_PLANE);
      bring("git over HTTP, Prometheus, the mesh", Part.GIT, Part.PROMETHEUS, Part.MESH);
      Product.install(testbed);
      testbed.controlPlane().createNamespace(Shop.NAMESPACE);
      watcher = testbed.controlPlane().admin();
      journal = closing(new Journal(folder.resolve("events.ndjson"), watcher));
      bring("Flux", Part.FLUX);
      palinode();
      load();
      GitRepository repository = testbed.git().createRepository("shop");
      shop = shop(repository);
      testbed.controlPlane().apply(target(repository));
      testbed.flux().follow(Shop.NAMESPACE, Shop.APP, repository, "./" + Shop.PATH, FLUX);
    } catch (RuntimeException | Error e) {
      close();
      throw new IllegalStateException("the testbed did not come up: " + e.getMessage(), e);
    }
  }

  private void introduce() {
    terminal.say(Tone.TITLE, "Palinode on a real control plane");
    terminal.say(
        Tone.PLAIN,
        "Real: the program `palinode serve`, a process of its own with the rights of deploy/base;"
            + " etcd, kube-apiserver, controller-manager and scheduler; Flux, which looks at git"
            + " every %d s; Prometheus; git over HTTP.".formatted(FLUX.toSeconds()));
    terminal.say(
        Tone.PLAIN,
        "Simulated: the kubelet (kwok: nothing runs in the pods), the mesh and its %d requests/s."
            .formatted(PER_SECOND));
    terminal.say(
        Tone.QUIET,
        SHORTENED.stream()
            .map(Shortened::told)
            .collect(
                Collectors.joining(", ", "Shortened so that nobody waits: ", ". Nothing else.")));
    terminal.say(Tone.PLAIN, "");
  }

  private void bring(String what, Part... parts) {
    starting(what);
    testbed.add(Set.of(parts));
  }

  private void starting(String what) {
    terminal.at(Tone.QUIET, "starting " + what);
  }

  private void palinode() {
    starting("palinode serve");
    Stream<String> settings =
        Stream.concat(
            SHORTENED.stream().map(Shortened::setting),
            Stream.of("prometheus.url=" + testbed.prometheus().uri()));
    closing(PalinodeProcess.start(testbed, settings.toArray(String[]::new)));
  }

  private void load() {
    testbed.prometheus().scrape("mesh", SCRAPE, List.of("127.0.0.1:" + testbed.mesh().port()));
    testbed.mesh().behaviour(".*-" + Mesh.BAD, Behaviour.HEALTHY.failing(FAILING));
    testbed.mesh().rate(Shop.APP + "." + Shop.NAMESPACE + ".svc.cluster.local", PER_SECOND);
  }

  private Shop shop(GitRepository repository) {
    String url = repository.url().toString();
    String team = url.replace("http://", "http://team:" + repository.token() + "@");
    Shop opened = new Shop(repository.path(), url, team, folder.resolve("team"));
    closing(() -> opened.keep(folder.resolve("shop.git")));
    return opened;
  }

  private static String target(GitRepository repository) {
    return """
    apiVersion: v1
    kind: Secret
    metadata: {name: shop-git, namespace: palinode-system}
    stringData: {token: %s}
    ---
    apiVersion: palinode.dev/v1alpha1
    kind: GitTarget
    metadata: {name: shop, namespace: palinode-system}
    spec:
      url: %s
      branch: main
      credentialsRef: {name: shop-git}
      grants:
      - namespaces: [%s]
        paths: [%s/]
    """
        .formatted(repository.token(), repository.url(), Shop.NAMESPACE, Shop.PATH);
  }

  @Override
  public Shop shop() {
    return shop;
  }

  @Override
  public Traffic traffic() {
    return new LoggedTraffic(testbed.mesh().log());
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
    return PATIENCE;
  }

  private <T extends AutoCloseable> T closing(T part) {
    running.push(part);
    return part;
  }

  @Override
  public void close() {
    while (!running.isEmpty()) {
      try {
        running.pop().close();
      } catch (Exception e) {
        log.warn("a part did not stop cleanly", e);
      }
    }
  }

  /** What the testbed's programs wrote: its own folder goes with it. */
  private void keepLogs() throws IOException {
    Path logs = Files.createDirectories(folder.resolve("logs"));
    try (Stream<Path> files = Files.walk(testbed.folder())) {
      for (Path file : files.filter(f -> f.toString().endsWith(".log")).toList()) {
        Files.copy(file, logs.resolve(file.getFileName().toString()));
      }
    }
  }
}
