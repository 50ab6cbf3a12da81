package dev.palinode.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.palinode.analysis.record.RolloutRecord;
import dev.palinode.crds.Canary;
import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.Phase;
import dev.palinode.crds.Revert;
import dev.palinode.testbed.Account;
import dev.palinode.testbed.GitRepository;
import dev.palinode.testbed.Product;
import dev.palinode.testbed.Testbed;
import dev.palinode.testbed.mesh.MeshSimulator;
import dev.palinode.testbed.mesh.Request;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;

/**
 * One app of {@code deploy/examples} in a namespace of its own: in git, brought by real Flux or by
 * hand, with load on it, its requests scraped by a real Prometheus.
 */
final class Shop {
  static final String APP = "apps/checkout/";
  static final ResourceDefinitionContext VIRTUAL_SERVICES =
      new ResourceDefinitionContext.Builder()
          .withGroup("networking.istio.io")
          .withVersion("v1")
          .withPlural("virtualservices")
          .withKind("VirtualService")
          .withNamespaced(true)
          .build();
  static final ResourceDefinitionContext DESTINATION_RULES =
      new ResourceDefinitionContext.Builder()
          .withGroup("networking.istio.io")
          .withVersion("v1")
          .withPlural("destinationrules")
          .withKind("DestinationRule")
          .withNamespaced(true)
          .build();

  private static final Path ROOT = Product.root();
  private static final Path EXAMPLE = ROOT.resolve("deploy/examples/flux");
  private static final Path PLAIN = ROOT.resolve("deploy/examples/plain");
  private static final List<String> PLAIN_FILES =
      List.of("deployment", "service", "virtualservice", "canary", "kustomization");
  private static final Duration FLUX_INTERVAL = Duration.ofSeconds(2);

  final Testbed testbed;
  final String namespace;
  final GitRepository git;
  final MeshSimulator mesh;
  final KubernetesClient admin;
  private Instant opened = Instant.EPOCH;

  private Shop(Testbed testbed, String namespace, GitRepository git) {
    this.testbed = testbed;
    this.namespace = namespace;
    this.git = git;
    this.mesh = testbed.mesh();
    this.admin = testbed.controlPlane().admin();
  }

  /**
   * Opens a shop whose first release serves, with Flux reconciling every two seconds.
   *
   * @param canary the Canary in git, {@code NAMESPACE} standing for the namespace
   * @param more files of the app beside the example's, by path below the app's folder
   */
  static Shop open(Testbed testbed, String canary, Map<String, String> more) {
    String namespace = testbed.namespace("shop");
    GitRepository git = testbed.git().createRepository(namespace);
    Shop shop = new Shop(testbed, namespace, git);
    Map<String, String> files = new TreeMap<>();
    for (String name : List.of("deployment", "service", "virtualservice", "kustomization")) {
      files.put(APP + name + ".yaml", shop.example(name));
    }
    files.put(APP + "canary.yaml", canary.replace("NAMESPACE", namespace));
    more.forEach((name, text) -> files.put(APP + name, text.replace("NAMESPACE", namespace)));
    files.put("README.md", "Everything that runs in the shop.\n");
    git.commit(files, "Open the shop");
    shop.gitTarget(git.token());
    testbed
        .prometheus()
        .scrape("mesh", Duration.ofSeconds(1), List.of("127.0.0.1:" + shop.mesh.port()));
    shop.load(400);
    testbed.flux().follow(namespace, "checkout", git, "./apps/checkout", FLUX_INTERVAL);
    shop.awaitStatus("rest", Duration.ofSeconds(90), s -> s.phase() == Phase.Idle && isReady(s));
    shop.opened = Instant.now();
    return shop;
  }

  /**
   * The example without an agent, as it stands but for its names and its waits: applied by hand
   * with {@code kubectl apply -k}.
   */
  static Shop openPlain(Testbed testbed) {
    String namespace = testbed.namespace("plain");
    GitRepository git = testbed.git().createRepository(namespace);
    Shop shop = new Shop(testbed, namespace, git);
    Map<String, String> files = new TreeMap<>();
    for (String name : PLAIN_FILES) {
      files.put("app/" + name + ".yaml", shop.plain("app/" + name + ".yaml"));
    }
    git.commit(files, "Open the shop");
    shop.kubectl(
        "create",
        "secret",
        "generic",
        namespace + "-git",
        "--namespace=palinode-system",
        "--from-literal=token=" + git.token());
    testbed.controlPlane().apply(shop.plain("platform/gittarget.yaml"));
    testbed
        .prometheus()
        .scrape("mesh", Duration.ofSeconds(1), List.of("127.0.0.1:" + shop.mesh.port()));
    shop.load(400);
    shop.applyPlain();
    shop.awaitStatus("rest", Duration.ofSeconds(90), s -> s.phase() == Phase.Idle && isReady(s));
    shop.opened = Instant.now();
    return shop;
  }

  private String plain(String file) {
    try {
      return Files.readString(PLAIN.resolve(file))
          .replace("namespace: shop", "namespace: " + namespace)
          .replace("[shop]", "[" + namespace + "]")
          .replace("shop-deploy", namespace)
          .replace("https://git.example.com/shop/deploy.git", git.url().toString())
          .replaceAll("duration: \\d+m", "duration: 3s");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What git declares, applied by a person. */
  void applyPlain() {
    try {
      Path folder = Files.createTempDirectory(namespace);
      for (String name : PLAIN_FILES) {
        Files.writeString(
            folder.resolve(name + ".yaml"), git.file("main", "app/" + name + ".yaml"));
      }
      kubectl("apply", "-k", folder.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A Canary that is through in a minute: steps of 5, 25 and 50 % and short waits. */
  static String quickCanary(String... lines) {
    return """
    apiVersion: palinode.dev/v1alpha1
    kind: Canary
    metadata: {name: checkout, namespace: NAMESPACE}
    spec:
      targetRef: {kind: Deployment, name: checkout}
      traffic:
        istio:
          virtualServices: [{name: checkout, routes: [primary]}]
      steps:
      - setWeight: 5
      - pause: {duration: 3s}
      - setWeight: 25
      - pause: {duration: 3s}
      - setWeight: 50
      - pause: {duration: 3s}
      bake: 3s
    """
        + String.join("", List.of(lines).stream().map(l -> "  " + l + "\n").toList());
  }

  static boolean isReady(CanaryStatus status) {
    return status.conditions().stream()
        .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
  }

  void gitTarget(String token) {
    gitTarget(token, 6);
  }

  void gitTarget(String token, int pushesPerMinute) {
    testbed
        .controlPlane()
        .apply(
            """
            apiVersion: v1
            kind: Secret
            metadata: {name: %1$s-git, namespace: palinode-system}
            stringData: {token: %2$s}
            ---
            apiVersion: palinode.dev/v1alpha1
            kind: GitTarget
            metadata: {name: %1$s, namespace: palinode-system}
            spec:
              url: %3$s
              branch: main
              credentialsRef: {name: %1$s-git}
              budget: {pushesPerMinute: %4$d}
              grants:
              - namespaces: [%1$s]
                paths: [apps/checkout/]
            """
                .formatted(namespace, token, git.url(), pushesPerMinute));
  }

  void load(int requestsPerSecond) {
    mesh.rate(host(), requestsPerSecond);
  }

  String host() {
    return "checkout." + namespace + ".svc.cluster.local";
  }

  /** Commits the Deployment with this image tag; returns the commit. */
  String release(String tag) {
    String now = git.file("main", APP + "deployment.yaml");
    return git.commit(
        Map.of(
            APP + "deployment.yaml",
            now.replaceAll("image: checkout:\\S+", "image: checkout:" + tag)),
        "Release checkout " + tag);
  }

  CanaryStatus status() {
    Canary canary = admin.resources(Canary.class).inNamespace(namespace).withName("checkout").get();
    return canary == null || canary.getStatus() == null ? CanaryStatus.NEW : canary.getStatus();
  }

  CanaryStatus awaitStatus(String what, Duration atMost, Predicate<CanaryStatus> wanted) {
    waiting(what, atMost).until(() -> wanted.test(status()));
    return status();
  }

  /** At rest with this image as the one that serves. */
  void awaitServing(String tag, Duration atMost) {
    awaitStatus(
        tag + " serves",
        atMost,
        s ->
            s.phase() == Phase.Idle
                && s.stable() != null
                && ("checkout:" + tag).equals(s.stable().image())
                && isReady(s));
  }

  ConditionFactory waiting(String what, Duration atMost) {
    return await(what)
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(100))
        .conditionEvaluationListener(null)
        .failFast(() -> {});
  }

  /** What the mesh gives the candidate's subset at this moment, in percent. */
  int servedShareOfCandidate() {
    return mesh.servedWeights(host()).getOrDefault("palinode-canary", 0);
  }

  Instant firstRequestTo(String tag) {
    return requests(tag).map(Request::time).min(Comparator.naturalOrder()).orElse(Instant.MAX);
  }

  /** Requests of this shop to a release, by image tag. */
  Stream<Request> requests(String tag) {
    return mesh.log().requests(Instant.EPOCH).stream()
        .filter(r -> r.host().equals(host()) && tag.equals(r.imageTag()));
  }

  /**
   * Requests that failed since the first release served, counted by image tag ({@code none} where
   * no pod was reached) and Envoy's flags.
   */
  Map<String, Integer> failures() {
    Map<String, Integer> counted = new TreeMap<>();
    mesh.log().failures(opened).stream()
        .filter(r -> r.host().equals(host()))
        .forEach(r ->
            counted.merge(
                (r.imageTag().isEmpty() ? "none" : r.imageTag()) + " " + r.flags(),
                1,
                Integer::sum));
    return counted;
  }

  List<Revert> reverts() {
    return admin.resources(Revert.class).inNamespace(namespace).list().getItems();
  }

  List<GitRepository.Commit> revertCommits() {
    return git.log().stream().filter(c -> c.author().startsWith("Palinode")).toList();
  }

  List<String> podNames(String tag) {
    return pods().stream()
        .filter(p -> p.getSpec().getContainers().getFirst().getImage().equals("checkout:" + tag))
        .map(p -> p.getMetadata().getName())
        .sorted()
        .toList();
  }

  List<Pod> pods() {
    return admin.pods().inNamespace(namespace).list().getItems();
  }

  GenericKubernetesResource virtualService() {
    return admin
        .genericKubernetesResources(VIRTUAL_SERVICES)
        .inNamespace(namespace)
        .withName("checkout")
        .get();
  }

  List<GenericKubernetesResource> destinationRules() {
    return admin
        .genericKubernetesResources(DESTINATION_RULES)
        .inNamespace(namespace)
        .list()
        .getItems();
  }

  String liveImage() {
    return admin
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName("checkout")
        .get()
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .getFirst()
        .getImage();
  }

  Optional<String> condition(String type) {
    return status().conditions().stream()
        .filter(c -> c.getType().equals(type))
        .map(c -> c.getStatus())
        .findFirst();
  }

  String kubectl(String... arguments) {
    return testbed.controlPlane().kubectl(Account.ADMIN, arguments);
  }

  private String example(String name) {
    try {
      return Files.readString(EXAMPLE.resolve(APP + name + ".yaml"))
          .replace("namespace: shop", "namespace: " + namespace);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the judges of all its rollouts were shown gives the same verdicts again, to the bit. */
  void assertReplays() {
    // A rollout that is still watched may be in the middle of a line.
    await()
        .ignoreException(RolloutRecord.Malformed.class)
        .untilAsserted(() ->
            assertThat(SharedPalinode.records(namespace))
                .as("records of " + namespace)
                .isNotEmpty()
                .allSatisfy(r -> assertThat(r.difference()).isEmpty()));
  }
}
