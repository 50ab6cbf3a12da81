package dev.palinode.controller.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.decide.Workload;
import dev.palinode.controller.gitops.Origins;
import dev.palinode.controller.ports.Outcome;
import dev.palinode.controller.ports.Workloads;
import dev.palinode.controller.ports.WorkloadsContract;
import dev.palinode.crds.CanarySpec.Source;
import dev.palinode.crds.Observed;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true)
class DeploymentWorkloadsTest extends WorkloadsContract {
  private static final String OWN = "palinode-under-test";

  KubernetesClient client;
  KubernetesMockServer server;

  private KubernetesClient own;
  private Workloads workloads;
  private String mark = "";
  private String extra = "";

  @BeforeEach
  void connect() {
    own =
        new KubernetesClientBuilder()
            .withConfig(new ConfigBuilder(client.getConfiguration()).withUserAgent(OWN).build())
            .build();
    workloads = over(DeploymentCache.NONE);
  }

  @Test
  void cachedDeployment_costsNoRequest() {
    declare("web:1", 3);
    GenericKubernetesResource held = new Cluster(client).deployment("shop", "web").orElseThrow();
    Workloads cached = over((_, _) -> Optional.of(Observed.known(held)));
    int before = server.getRequestCount();

    assertThat(cached.target(KEY).known()).isPresent();
    assertThat(server.getRequestCount()).isEqualTo(before);
    assertThat(cached.targetNow(KEY).known()).isPresent();
    assertThat(server.getRequestCount()).isEqualTo(before + 1);
  }

  /** After every test, the ones of the contract included. */
  @AfterEach
  void noWrite_goesToTheDeployment() throws InterruptedException {
    own.close();
    for (var r = server.takeRequest(0, TimeUnit.SECONDS);
        r != null;
        r = server.takeRequest(0, TimeUnit.SECONDS)) {
      boolean write = !r.getMethod().equals("GET") && OWN.equals(r.getHeader("User-Agent"));
      if (write) {
        assertThat(r.getPath()).containsAnyOf("/replicasets", "/pods/");
        assertThat(r.getMethod()).isIn("POST", "PATCH", "DELETE");
      }
      if (write && !r.getMethod().equals("DELETE")) {
        assertThat(r.getPath()).contains("fieldManager=palinode");
      }
    }
  }

  @Test
  void configOfTheStableTemplate_isMissedWhileAChangeWaits() {
    extra = "envFrom: [{configMapRef: {name: web-1}}]";
    declare("web:1", 3);
    String digest = workloads.target(KEY).known().orElseThrow().templateDigest();
    workloads.apply(KEY, new Effect.Bootstrap(digest));
    assertThat(workload().missingConfigs()).as("nothing waits").isEmpty();

    extra = "envFrom: [{configMapRef: {name: web-2}}]";
    declare("web:2", 3);
    assertThat(workload().missingConfigs()).containsExactly("web-1");

    client
        .resource(
            "---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: web-1, namespace: shop}}")
        .create();
    assertThat(workload().missingConfigs()).isEmpty();
  }

  @Test
  void strangersReplicaSets_areNotSeen() {
    declare("web:1", 3);
    client
        .resource(
            """
            apiVersion: apps/v1
            kind: ReplicaSet
            metadata: {name: other, namespace: shop, labels: {app: web}}
            spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}}}
            """)
        .create();

    assertThat(workload().replicaSets()).isEmpty();
  }

  @Test
  void strangersReplicaSetOfOurName_isRefusedAndLeftAlone() {
    declare("web:1", 3);
    String digest = workloads.target(KEY).known().orElseThrow().templateDigest();
    String name = "web-" + TemplateDigest.hash(digest);
    client
        .resource(
            """
            apiVersion: apps/v1
            kind: ReplicaSet
            metadata: {name: %s, namespace: shop, labels: {app: other}}
            spec: {selector: {matchLabels: {app: other}}}
            """
                .formatted(name))
        .create();

    assertThat(workloads.apply(KEY, new Effect.CreateCandidate(digest)))
        .isEqualTo(
            new Outcome.Refused(
                "ReplicaSet "
                    + name
                    + " exists and belongs to nobody; delete it or rename the Deployment"));
  }

  @Test
  void quota_isToldInTheServersWords() {
    declare("web:1", 3);
    String digest = workloads.target(KEY).known().orElseThrow().templateDigest();
    workloads.apply(KEY, new Effect.Bootstrap(digest));
    ReplicaSet first = sets().getFirst();
    first.setStatus(
        Serialization.unmarshal(
            "---\n{replicas: 0, conditions: [{type: ReplicaFailure, status: 'True', reason:"
                + " FailedCreate, message: 'exceeded quota: pods'}]}",
            io.fabric8.kubernetes.api.model.apps.ReplicaSetStatus.class));
    client.resource(first).updateStatus();

    assertThat(workload().replicaSets().getFirst().createFailure())
        .contains("exceeded quota: pods");
  }

  @Test
  void fluxMarks_leadToGit() {
    mark = ", kustomize.toolkit.fluxcd.io/name: apps, kustomize.toolkit.fluxcd.io/namespace: flux";
    declare("web:1", 3);
    assertThat(workloads.origin(KEY)).as("no Flux here").isEqualTo(Observed.missing());

    String commit = "b".repeat(40);
    create(
        "kustomize.toolkit.fluxcd.io/v1",
        "Kustomization",
        "kustomizations",
        """
        metadata: {name: apps, namespace: flux}
        spec: {path: ./apps/web, sourceRef: {kind: GitRepository, name: shop}}
        status: {lastAttemptedRevision: 'main@sha1:%s'}
        """
            .formatted(commit));
    create(
        "source.toolkit.fluxcd.io/v1",
        "GitRepository",
        "gitrepositories",
        """
        metadata: {name: shop, namespace: flux}
        spec: {url: 'https://git.example.com/shop.git', ref: {branch: main}}
        """);

    var origin = workloads.origin(KEY).known().orElseThrow();
    assertThat(origin.source())
        .isEqualTo(new Source("https://git.example.com/shop.git", "main", "apps/web"));
    assertThat(origin.attempted()).contains(commit);
    assertThat(origin.applied()).isEmpty();
  }

  @Test
  void guard_isInstalledAndDenies() {
    assertThat(over(DeploymentCache.NONE).guarded()).isEqualTo(Observed.known(false));
    create(
        "admissionregistration.k8s.io/v1",
        "ValidatingAdmissionPolicy",
        "validatingadmissionpolicies",
        "metadata: {name: palinode-declared}");
    assertThat(over(DeploymentCache.NONE).guarded()).isEqualTo(Observed.known(false));
    create(
        "admissionregistration.k8s.io/v1",
        "ValidatingAdmissionPolicyBinding",
        "validatingadmissionpolicybindings",
        """
        metadata: {name: palinode-declared}
        spec: {policyName: palinode-declared, validationActions: [Deny]}
        """);

    Workloads asking = over(DeploymentCache.NONE);
    assertThat(asking.guarded()).isEqualTo(Observed.known(true));
    int before = server.getRequestCount();
    assertThat(asking.guarded()).isEqualTo(Observed.known(true));
    assertThat(server.getRequestCount()).as("asked again").isEqualTo(before);
  }

  @Test
  void serverThatRefuses_isUnreadableAndNotEmpty() {
    server
        .expect()
        .get()
        .withPath("/apis/apps/v1/namespaces/shop/deployments/web")
        .andReturn(403, "{\"kind\":\"Status\",\"code\":403,\"message\":\"not yours\"}")
        .always();

    assertThat(workloads.target(KEY)).isEqualTo(Observed.unreadable("not yours"));
    assertThat(workloads.read(KEY)).isEqualTo(Observed.unreadable("not yours"));
    assertThat(workloads.apply(KEY, new Effect.Bootstrap("sha256:" + "0".repeat(64))))
        .isEqualTo(new Outcome.Refused("not yours"));
  }

  @Override
  protected Workloads workloads() {
    return workloads;
  }

  @Override
  protected void declare(String image, int replicas) {
    var held =
        Serialization.unmarshal(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: shop, labels: {palinode.dev/hold: declared%s}}
            spec:
              paused: true
              replicas: %d
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec: {containers: [{name: web, image: '%s', %s}]}
            """
                .formatted(mark, replicas, image, extra),
            Deployment.class);
    if (client.resource(held).get() == null) {
      client.resource(held).create();
    } else {
      client.resource(held).update();
    }
  }

  @Override
  protected void resume() {
    client
        .apps()
        .deployments()
        .inNamespace("shop")
        .withName("web")
        .edit(d -> {
          d.getSpec().setPaused(false);
          return d;
        });
  }

  @Override
  protected void settle() {
    List<String> owners = sets().stream().map(r -> r.getMetadata().getUid()).toList();
    for (Pod pod : client.pods().inNamespace("shop").list().getItems()) {
      if (!owners.contains(pod.getMetadata().getOwnerReferences().getFirst().getUid())) {
        client.resource(pod).delete();
      }
    }
    sets().forEach(this::settle);
  }

  private void settle(ReplicaSet set) {
    int wanted = set.getSpec().getReplicas();
    for (int i = 0; ; i++) {
      String name = set.getMetadata().getName() + "-" + i;
      boolean there = client.pods().inNamespace("shop").withName(name).get() != null;
      if (i >= wanted && !there) {
        break;
      }
      if (i >= wanted) {
        client.pods().inNamespace("shop").withName(name).delete();
      } else if (!there) {
        client.resource(pod(set, name)).create();
      }
    }
    set.setStatus(
        Serialization.unmarshal(
            "---\n{replicas: %1$d, availableReplicas: %1$d, observedGeneration: %2$d}"
                .formatted(wanted, set.getMetadata().getGeneration()),
            io.fabric8.kubernetes.api.model.apps.ReplicaSetStatus.class));
    client.resource(set).updateStatus();
  }

  private static Pod pod(ReplicaSet of, String name) {
    Pod pod =
        Serialization.unmarshal(
            """
            apiVersion: v1
            kind: Pod
            metadata:
              namespace: shop
              ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: x, controller: true}]
            status: {phase: Running, conditions: [{type: Ready, status: 'True'}]}
            """,
            Pod.class);
    pod.getMetadata().setName(name);
    pod.getMetadata().setLabels(of.getSpec().getTemplate().getMetadata().getLabels());
    pod.getMetadata().getOwnerReferences().getFirst().setName(of.getMetadata().getName());
    pod.getMetadata().getOwnerReferences().getFirst().setUid(of.getMetadata().getUid());
    return pod;
  }

  private void create(String apiVersion, String kind, String plural, String rest) {
    var resource =
        Serialization.unmarshal(
            "apiVersion: %s\nkind: %s\n%s".formatted(apiVersion, kind, rest),
            GenericKubernetesResource.class);
    var context =
        new ResourceDefinitionContext.Builder()
            .withGroup(apiVersion.split("/", -1)[0])
            .withVersion("v1")
            .withKind(kind)
            .withPlural(plural)
            .withNamespaced(resource.getMetadata().getNamespace() != null)
            .build();
    client.genericKubernetesResources(context).resource(resource).create();
  }

  private List<ReplicaSet> sets() {
    return client.apps().replicaSets().inNamespace("shop").list().getItems();
  }

  private Workload workload() {
    return workloads.read(KEY).known().orElseThrow();
  }

  private Workloads over(DeploymentCache cache) {
    return new DeploymentWorkloads(own, cache, new Origins(own, "argocd"), InstantSource.system());
  }
}
