package dev.palinode.controller.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.ports.Canaries;
import dev.palinode.controller.ports.CanariesContract;
import dev.palinode.controller.ports.Outcome;
import dev.palinode.crds.AnalysisTemplate;
import dev.palinode.crds.AnalysisTemplateSpec;
import dev.palinode.crds.Canary;
import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import dev.palinode.crds.Phase;
import dev.palinode.crds.Revert;
import dev.palinode.crds.RevertStatus;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true)
class KubernetesCanariesTest extends CanariesContract {
  KubernetesClient client;
  KubernetesMockServer server;

  private Canaries canaries;

  @BeforeEach
  void connect() {
    server.expectCustomResource(kind("Canary", "canaries"));
    server.expectCustomResource(kind("Revert", "reverts"));
    server.expectCustomResource(kind("AnalysisTemplate", "analysistemplates"));
    canaries =
        new KubernetesCanaries(client, InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z")));
  }

  @Override
  protected Canaries canaries() {
    return canaries;
  }

  @Override
  protected void create(CanarySpec spec) {
    Canary canary = new Canary();
    canary.setMetadata(new ObjectMetaBuilder().withNamespace("shop").withName("checkout").build());
    canary.setSpec(spec);
    client.resource(canary).create();
  }

  /** The mock server compares no versions when a status is written; a real one does. */
  @Override
  protected void disturb() {
    server
        .expect()
        .put()
        .withPath("/apis/palinode.dev/v1alpha1/namespaces/shop/canaries/checkout/status")
        .andReturn(409, "the object has been modified")
        .once();
  }

  @Override
  protected void delete() {
    client.resources(Canary.class).inNamespace("shop").withName("checkout").delete();
  }

  @Override
  protected void report(ObjectName name, RevertStatus status) {
    Revert revert =
        client.resources(Revert.class).inNamespace(name.namespace()).withName(name.name()).get();
    revert.setStatus(status);
    client.resource(revert).updateStatus();
  }

  @Override
  protected List<String> told() {
    return client.v1().events().inNamespace("shop").list().getItems().stream()
        .map(e -> e.getReason() + ": " + e.getMessage())
        .toList();
  }

  @Test
  void event_isAboutTheCanary() {
    create(SPEC);
    canaries.apply(load(), new Effect.Tell(false, "Promoted", "It is out."));

    var event = client.v1().events().inNamespace("shop").list().getItems().getFirst();
    assertThat(event.getType()).isEqualTo("Normal");
    assertThat(event.getSource().getComponent()).isEqualTo("palinode");
    assertThat(event.getInvolvedObject().getKind()).isEqualTo("Canary");
    assertThat(event.getInvolvedObject().getUid()).isEqualTo(load().uid());
  }

  @Test
  void builtInTemplate_needsNoObject() {
    assertThat(canaries.template(new ObjectName("shop", "http")).known()).isPresent();
    assertThat(canaries.template(new ObjectName("shop", "grpc")).known()).isPresent();
    assertThat(canaries.template(new ObjectName("shop", "other")).isMissing()).isTrue();
  }

  @Test
  void ownTemplateOfABuiltInName_winsAndIsToldOnce() {
    AnalysisTemplate own = new AnalysisTemplate();
    own.setMetadata(new ObjectMetaBuilder().withNamespace("shop").withName("http").build());
    own.setSpec(new AnalysisTemplateSpec(List.of()));
    client.resource(own).create();

    ObjectName name = new ObjectName("shop", "http");
    assertThat(canaries.template(name)).isEqualTo(Observed.known(own.getSpec()));
    assertThat(canaries.template(name)).isEqualTo(Observed.known(own.getSpec()));

    assertThat(client.v1().events().inNamespace("shop").list().getItems())
        .singleElement()
        .satisfies(e -> assertThat(e.getReason()).isEqualTo("BuiltInReplaced"))
        .satisfies(e -> assertThat(e.getInvolvedObject().getKind()).isEqualTo("AnalysisTemplate"));
  }

  @Test
  void serverFails_isUnreadableAndAgain() {
    create(SPEC);
    var canary = load();
    server
        .expect()
        .put()
        .withPath("/apis/palinode.dev/v1alpha1/namespaces/shop/canaries/checkout/status")
        .andReturn(503, "busy")
        .always();
    server
        .expect()
        .get()
        .withPath("/apis/palinode.dev/v1alpha1/namespaces/shop/canaries/checkout")
        .andReturn(403, "no")
        .always();

    assertThat(canaries.load(NAME)).isInstanceOf(Observed.Unreadable.class);
    assertThat(canaries.save(canary, in(Phase.Idle))).isInstanceOf(Outcome.Again.class);
  }

  @Test
  void forbidden_isRefusedWithTheServersWords() {
    create(SPEC);
    var canary = load();
    server
        .expect()
        .put()
        .withPath("/apis/palinode.dev/v1alpha1/namespaces/shop/canaries/checkout/status")
        .andReturn(403, "no")
        .always();

    assertThat(canaries.save(canary, in(Phase.Idle)))
        .isInstanceOfSatisfying(
            Outcome.Refused.class, r -> assertThat(r.reason()).startsWith("not permitted"));
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
