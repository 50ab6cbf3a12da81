package dev.palinode.testbed;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** A Kubernetes control plane with fake nodes: everything real but what runs inside the pods. */
public final class ControlPlane implements AutoCloseable {
  private static final int NODES = 3;

  private final Path folder;
  private final ApiServer server;
  private final ControllerManager managerSettings;
  private final Child etcd;
  private Child apiServer;
  private Child manager;
  private final Child scheduler;
  private final Child kubelet;
  private final Map<Account, KubernetesClient> clients = new EnumMap<>(Account.class);

  private ControlPlane(Path folder) {
    this.folder = folder;
    var store = new Etcd(folder.resolve("etcd"), Ports.free(), Ports.free());
    server = new ApiServer(folder.resolve("apiserver"), Ports.free(), store.uri());
    etcd = store.start();
    server.prepare();
    apiServer = server.start();
    for (Account account : Account.values()) {
      writeKubeconfig(account);
    }
    managerSettings =
        new ControllerManager(
            folder.resolve("controller-manager"),
            Ports.free(),
            kubeconfig(Account.CONTROLLER_MANAGER),
            server.serviceAccountKey());
    manager = managerSettings.start();
    kubelet =
        new Kubelet(folder.resolve("kubelet"), Ports.free(), kubeconfig(Account.KUBELET)).start();
    addNodes();
    scheduler =
        new Scheduler(folder.resolve("scheduler"), Ports.free(), kubeconfig(Account.SCHEDULER))
            .start();
  }

  static ControlPlane start(Path folder) {
    return new ControlPlane(folder);
  }

  public URI uri() {
    return server.uri();
  }

  /** A kubeconfig file for kubectl, or for a program under test. */
  public Path kubeconfig(Account account) {
    return folder.resolve(account.fileName() + ".kubeconfig");
  }

  public KubernetesClient admin() {
    return client(Account.ADMIN);
  }

  /** A shared client that speaks as {@code account}; closed with the control plane. */
  public synchronized KubernetesClient client(Account account) {
    return clients.computeIfAbsent(
        account,
        who ->
            new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kubeconfig(who).toFile()))
                .build());
  }

  public AuditLog audit() {
    return new AuditLog(server.auditLog());
  }

  /** Kills the controllers and starts them anew, as after a crash. */
  public void restartControllerManager() {
    manager.kill();
    manager = managerSettings.start();
  }

  /** Kills the controllers: Deployments stay as they are until {@link #startControllerManager}. */
  public void stopControllerManager() {
    manager.kill();
  }

  public void startControllerManager() {
    manager = managerSettings.start();
  }

  /** Kills the API server: connections are refused until {@link #startApiServer}. */
  public void stopApiServer() {
    apiServer.kill();
  }

  /** Starts the API server again, same address, same certificate, same objects. */
  public void startApiServer() {
    apiServer = server.start();
  }

  /** Applies every object of a YAML file; custom kinds can be used when this returns. */
  public List<HasMetadata> apply(Path yaml) {
    try {
      return apply(Files.readString(yaml));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As {@link #apply(Path)}, on text of one or more documents. */
  public List<HasMetadata> apply(String yaml) {
    var text = new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8));
    List<HasMetadata> objects = admin().load(text).items();
    for (HasMetadata object : objects) {
      admin().resource(object).forceConflicts().serverSideApply();
    }
    objects.stream().filter(CustomResourceDefinition.class::isInstance).forEach(this::awaitServed);
    return objects;
  }

  /** What kubectl prints when {@code account} runs it; a failing command throws with its words. */
  public String kubectl(Account account, String... arguments) {
    var command = new ArrayList<String>();
    command.add(Binaries.program("kubectl").toString());
    command.add("--kubeconfig=" + kubeconfig(account));
    command.add("--cache-dir=" + folder.resolve("kubectl-cache"));
    command.addAll(List.of(arguments));
    return Command.run(folder, Map.of(), "", command);
  }

  /** Creates the namespace and waits for its service account, without which no pod is admitted. */
  public void createNamespace(String name) {
    admin()
        .namespaces()
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
    Awaitility.await("service account of " + name)
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> admin().serviceAccounts().inNamespace(name).withName("default").get() != null);
  }

  @Override
  public void close() {
    clients.values().forEach(KubernetesClient::close);
    for (Child child : List.of(scheduler, kubelet, manager, apiServer, etcd)) {
      child.kill();
    }
  }

  private void awaitServed(HasMetadata definition) {
    String name = definition.getMetadata().getName();
    Awaitility.await(name + " is served")
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> isServed(name));
  }

  private boolean isServed(String name) {
    var definition = admin().apiextensions().v1().customResourceDefinitions().withName(name).get();
    return definition != null
        && definition.getStatus() != null
        && definition.getStatus().getConditions() != null
        && definition.getStatus().getConditions().stream()
            .anyMatch(c -> c.getType().equals("Established") && c.getStatus().equals("True"));
  }

  private void addNodes() {
    for (int i = 0; i < NODES; i++) {
      String name = "node-" + i;
      var node =
          new NodeBuilder()
              .withNewMetadata()
              .withName(name)
              .addToLabels("kubernetes.io/hostname", name)
              .endMetadata()
              .build();
      admin().nodes().resource(node).create();
    }
    Awaitility.await("nodes are ready")
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> admin().nodes().list().getItems().stream().allMatch(ControlPlane::hasRoom));
  }

  private static boolean hasRoom(Node node) {
    return node.getStatus().getAllocatable() != null
        && node.getStatus().getAllocatable().containsKey("pods");
  }

  private void writeKubeconfig(Account account) {
    try {
      String authority =
          Base64.getEncoder().encodeToString(Files.readAllBytes(server.certificates()));
      Files.writeString(
          kubeconfig(account),
          """
          apiVersion: v1
          kind: Config
          clusters:
          - name: testbed
            cluster: {server: "%s", certificate-authority-data: %s}
          users:
          - name: %s
            user: {token: %s}
          contexts:
          - name: testbed
            context: {cluster: testbed, user: %s}
          current-context: testbed
          """
              .formatted(
                  server.uri(),
                  authority,
                  account.fileName(),
                  account.token(),
                  account.fileName()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
