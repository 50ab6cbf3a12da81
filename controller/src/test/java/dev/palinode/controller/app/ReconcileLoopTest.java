package dev.palinode.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.palinode.controller.act.EffectRunner;
import dev.palinode.controller.decide.Decider;
import dev.palinode.controller.decide.Pace;
import dev.palinode.controller.gitops.Origins;
import dev.palinode.controller.istio.IstioTrafficRouter;
import dev.palinode.controller.istio.OrphanedRoutes;
import dev.palinode.controller.kube.EventRecorder;
import dev.palinode.controller.kube.KubernetesCanaries;
import dev.palinode.controller.kube.OldReverts;
import dev.palinode.controller.observe.WorldReader;
import dev.palinode.controller.ports.Canaries;
import dev.palinode.controller.ports.TrafficRouter;
import dev.palinode.controller.ports.Workloads;
import dev.palinode.controller.reconcile.CanaryLoop;
import dev.palinode.controller.reconcile.LoopListener;
import dev.palinode.controller.workload.DeploymentWorkloads;
import dev.palinode.crds.Canary;
import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.CanarySpec.Istio;
import dev.palinode.crds.CanarySpec.TargetRef;
import dev.palinode.crds.CanarySpec.Traffic;
import dev.palinode.crds.CanarySpec.VirtualServiceRef;
import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.Phase;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a Canary is looked at, over HTTP with real informers. */
@EnableKubernetesMockClient(crud = true)
class ReconcileLoopTest {
  KubernetesClient client;
  KubernetesMockServer server;

  private ReconcileLoop loop;
  private int lastCount = -1;

  @BeforeEach
  void start() {
    server.expectCustomResource(kind("Canary", "canaries"));
    server.expectCustomResource(kind("Revert", "reverts"));
    server.expectCustomResource(kind("AnalysisTemplate", "analysistemplates"));
    Settings settings =
        switch (SettingsReader.read(
            Map.of("palinode.leader-election.enabled", "false", "palinode.roles", "controller"))) {
          case SettingsReader.Result.Valid(var valid) -> valid;
          case SettingsReader.Result.Refused(var problems) -> throw new AssertionError(problems);
        };
    InstantSource clock = InstantSource.system();
    DeploymentWatch deployments = new DeploymentWatch(client, settings.namespaces());
    Canaries canaries = new KubernetesCanaries(client, clock);
    Workloads workloads =
        new DeploymentWorkloads(client, deployments::get, new Origins(client, "argocd"), clock);
    TrafficRouter router = new IstioTrafficRouter(client, client);
    loop =
        new ReconcileLoop(
            settings,
            new Clients(client, client, client),
            deployments,
            new EventRecorder(client, clock),
            Optional.of(
                new CanaryLoop(
                    canaries,
                    new WorldReader(canaries, workloads, router, new UnmeasuredGates()),
                    new Decider(Pace.DEFAULT),
                    new EffectRunner(canaries, workloads, router),
                    clock,
                    LoopListener.SILENT)),
            Optional.empty(),
            Optional.empty(),
            new OldReverts(client, List.of(), clock),
            new OrphanedRoutes(client, List.of(), canaries, clock, (_, _, _) -> {}),
            _ -> {});
    loop.start();
    await().atMost(Duration.ofSeconds(30)).until(() -> loop.outOfSync().isEmpty());
  }

  @AfterEach
  void stop() {
    loop.stop();
  }

  @Test
  void newCanary_isLookedAtAndSaysWhatIsMissing() {
    create(canary("checkout"));

    await().until(() -> status("checkout") != null);
    assertThat(status("checkout").phase()).isEqualTo(Phase.Initializing);
    assertThat(loop.phases()).containsEntry(Phase.Initializing, 1L);
  }

  @Test
  void deploymentOfACanaryComes_theCanaryIsLookedAt() {
    create(canary("checkout"));
    await().until(() -> status("checkout") != null);
    String before = status("checkout").message();

    client.resource(deployment("checkout")).create();

    await().until(() -> !String.valueOf(before).equals(status("checkout").message()));
  }

  @Test
  void deploymentCountsPods_costsNoRequest() {
    client.resource(deployment("checkout")).create();
    client.resource(deployment("other")).create();
    create(canary("checkout"));
    await().until(() -> status("checkout") != null);
    await().during(Duration.ofMillis(500)).until(this::isQuiet);
    int before = server.getRequestCount();

    Deployment counted = client.apps().deployments().inNamespace("shop").withName("other").get();
    counted.setStatus(
        new DeploymentBuilder().withNewStatus().withReplicas(3).endStatus().build().getStatus());
    client.resource(counted).updateStatus();

    await().during(Duration.ofMillis(500)).until(this::isQuiet);
    assertThat(server.getRequestCount()).isLessThanOrEqualTo(before + 2);
  }

  private boolean isQuiet() {
    int now = server.getRequestCount();
    boolean same = now == lastCount;
    lastCount = now;
    return same;
  }

  private CanaryStatus status(String name) {
    return client.resources(Canary.class).inNamespace("shop").withName(name).get().getStatus();
  }

  private void create(Canary canary) {
    client.resource(canary).create();
  }

  private static Canary canary(String name) {
    Canary canary = new Canary();
    canary.setMetadata(new ObjectMetaBuilder().withNamespace("shop").withName(name).build());
    canary.setSpec(
        new CanarySpec(
            new TargetRef("Deployment", name),
            null,
            new Traffic(new Istio(List.of(new VirtualServiceRef(name, null, null)), null)),
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null));
    return canary;
  }

  private static Deployment deployment(String name) {
    return new DeploymentBuilder()
        .withNewMetadata()
        .withNamespace("shop")
        .withName(name)
        .withLabels(Map.of("palinode.dev/hold", "declared"))
        .endMetadata()
        .withNewSpec()
        .withPaused(true)
        .withReplicas(2)
        .withNewSelector()
        .withMatchLabels(Map.of("app", name))
        .endSelector()
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(Map.of("app", name))
        .endMetadata()
        .withNewSpec()
        .addNewContainer()
        .withName(name)
        .withImage(name + ":1")
        .endContainer()
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  private static CustomResourceDefinitionContext kind(String kind, String plural) {
    return new CustomResourceDefinitionContext.Builder()
        .withGroup("palinode.dev")
        .withVersion("v1alpha1")
        .withKind(kind)
        .withPlural(plural)
        .withScope("Namespaced")
        .withStatusSubresource(true)
        .build();
  }
}
