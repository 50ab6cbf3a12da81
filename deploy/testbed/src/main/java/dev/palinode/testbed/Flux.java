package dev.palinode.testbed;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Flux's source and kustomize controllers, following repositories of the {@link GitServer}. */
public final class Flux implements AutoCloseable {
  private static final ResourceDefinitionContext SOURCES =
      new ResourceDefinitionContext.Builder()
          .withGroup("source.toolkit.fluxcd.io")
          .withVersion("v1")
          .withKind("GitRepository")
          .withPlural("gitrepositories")
          .withNamespaced(true)
          .build();
  private static final ResourceDefinitionContext KUSTOMIZATIONS =
      new ResourceDefinitionContext.Builder()
          .withGroup("kustomize.toolkit.fluxcd.io")
          .withVersion("v1")
          .withKind("Kustomization")
          .withPlural("kustomizations")
          .withNamespaced(true)
          .build();

  private final KubernetesClient client;
  private final Child sources;
  private final Child kustomizations;

  private Flux(KubernetesClient client, Child sources, Child kustomizations) {
    this.client = client;
    this.sources = sources;
    this.kustomizations = kustomizations;
  }

  static Flux start(Path folder, ControlPlane controlPlane) {
    controlPlane.apply(Binaries.crds("flux-source.yaml"));
    controlPlane.apply(Binaries.crds("flux-kustomize.yaml"));
    Path kubeconfig = controlPlane.kubeconfig(Account.FLUX);
    String storage = "127.0.0.1:" + Ports.free();
    Path artifacts = folder.resolve("artifacts");
    artifacts.toFile().mkdirs();
    Child sources =
        startController(
            "source-controller",
            folder,
            kubeconfig,
            List.of(
                "--storage-path=" + artifacts,
                "--storage-addr=" + storage,
                "--storage-adv-addr=" + storage));
    Child kustomizations = startController("kustomize-controller", folder, kubeconfig, List.of());
    return new Flux(controlPlane.client(Account.FLUX), sources, kustomizations);
  }

  /**
   * Follows {@code path} of the repository's main branch: a GitRepository and a Kustomization, both
   * called {@code name}, in {@code namespace}. {@code more} is added to the Kustomization's spec.
   */
  public void follow(
      String namespace,
      String name,
      GitRepository repository,
      String path,
      Duration interval,
      Map<String, Object> more) {
    String every = interval.toMillis() + "ms";
    apply(
        """
        apiVersion: v1
        kind: Secret
        metadata: {name: %s-git, namespace: %s}
        stringData: {username: flux, password: %s}
        """
            .formatted(name, namespace, repository.token()));
    apply(
        """
        apiVersion: source.toolkit.fluxcd.io/v1
        kind: GitRepository
        metadata: {name: %s, namespace: %s}
        spec:
          interval: %s
          url: %s
          ref: {branch: %s}
          secretRef: {name: %s-git}
        """
            .formatted(name, namespace, every, repository.url(), GitRepository.BRANCH, name));
    var spec = new LinkedHashMap<String, Object>();
    spec.put("interval", every);
    spec.put("retryInterval", every);
    spec.put("path", path);
    spec.put("prune", true);
    spec.put("targetNamespace", namespace);
    spec.put("sourceRef", Map.of("kind", "GitRepository", "name", name));
    spec.putAll(more);
    var kustomization = new GenericKubernetesResource();
    kustomization.setApiVersion("kustomize.toolkit.fluxcd.io/v1");
    kustomization.setKind("Kustomization");
    kustomization.setMetadata(
        new ObjectMetaBuilder().withName(name).withNamespace(namespace).build());
    kustomization.setAdditionalProperty("spec", spec);
    client.resource(kustomization).forceConflicts().serverSideApply();
  }

  public void follow(
      String namespace, String name, GitRepository repository, String path, Duration interval) {
    follow(namespace, name, repository, path, interval, Map.of());
  }

  /** The commit that the Kustomization applied last, or an empty string. */
  public String appliedCommit(String namespace, String name) {
    GenericKubernetesResource found =
        client
            .genericKubernetesResources(KUSTOMIZATIONS)
            .inNamespace(namespace)
            .withName(name)
            .get();
    if (found == null || !(found.get("status", "lastAppliedRevision") instanceof String revision)) {
      return "";
    }
    return revision.substring(revision.lastIndexOf(':') + 1);
  }

  /** Makes Flux look at git now rather than at the next interval. */
  public void sync(String namespace, String name) {
    String patch =
        "{\"metadata\":{\"annotations\":{\"reconcile.fluxcd.io/requestedAt\":\"%s\"}}}"
            .formatted(Instant.now());
    for (var kind : List.of(SOURCES, KUSTOMIZATIONS)) {
      client
          .genericKubernetesResources(kind)
          .inNamespace(namespace)
          .withName(name)
          .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
    }
  }

  @Override
  public void close() {
    kustomizations.kill();
    sources.kill();
  }

  private void apply(String yaml) {
    client.resource(yaml).forceConflicts().serverSideApply();
  }

  private static Child startController(
      String program, Path folder, Path kubeconfig, List<String> more) {
    URI health = URI.create("http://127.0.0.1:" + Ports.free());
    var arguments = new ArrayList<String>(more);
    arguments.add("--health-addr=" + health.getAuthority());
    arguments.add("--metrics-addr=127.0.0.1:" + Ports.free());
    arguments.add("--events-addr=");
    arguments.add("--requeue-dependency=1s");
    arguments.add("--kube-api-qps=200");
    arguments.add("--kube-api-burst=400");
    return Child.start(
            program,
            folder.resolve(program),
            Map.of("KUBECONFIG", kubeconfig.toString(), "RUNTIME_NAMESPACE", "default"),
            arguments)
        .awaitReady(() -> Http.answers(health.resolve("/readyz")));
  }
}
