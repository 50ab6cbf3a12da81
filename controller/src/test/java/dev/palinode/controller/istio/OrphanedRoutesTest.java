package dev.palinode.controller.istio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.kube.KubernetesCanaries;
import dev.palinode.controller.ports.Outcome;
import dev.palinode.controller.ports.RouteKey;
import dev.palinode.crds.Api;
import dev.palinode.crds.Canary;
import dev.palinode.crds.CanarySpec.VirtualServiceRef;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Weight;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true)
class OrphanedRoutesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectName CANARY = new ObjectName("shop", "guard");
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration GRACE = Duration.ofMinutes(3);
  private static final String PATH =
      "/apis/networking.istio.io/v1/namespaces/shop/virtualservices/checkout?fieldManager=palinode";
  private static final String IN_GIT =
      """
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: checkout, namespace: shop, labels: {kustomize.toolkit.fluxcd.io/name: apps}}
      spec:
        hosts: [checkout]
        http:
        - {name: primary, timeout: 3s, route: [{destination: {host: checkout, port: {number: 80}}}]}
      """;

  KubernetesClient client;
  KubernetesMockServer server;

  private final List<String> told = new ArrayList<>();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private OrphanedRoutes orphans;
  private JsonNode inGit;

  @BeforeEach
  void routeAsInGit() {
    server.expectCustomResource(
        new CustomResourceDefinitionContext.Builder()
            .withGroup(Api.GROUP)
            .withVersion(Api.VERSION)
            .withKind("Canary")
            .withPlural("canaries")
            .withScope("Namespaced")
            .withStatusSubresource(true)
            .build());
    client.resource(IN_GIT).create();
    inGit = route();
    orphans = orphans(List.of());
  }

  @Test
  void canaryGone_routeIsPutBackAndTheRuleFollows() {
    split();
    orphans.look();
    after(GRACE);

    assertThat(route()).isEqualTo(inGit);
    assertThat(rules()).as("until every proxy has the route").isNotEmpty();
    assertThat(told)
        .singleElement()
        .satisfies(t -> assertThat(t).startsWith("checkout RouteRestored").contains("shop/guard"));
    after(MINUTE);
    assertThat(rules()).isEmpty();
    assertThat(told).hasSize(1);
  }

  @Test
  void seenForTooShort_isLeftAlone() {
    split();
    var before = route();
    orphans.look();
    after(GRACE.minusSeconds(1));

    assertThat(route()).isEqualTo(before);
    assertThat(told).isEmpty();
  }

  @Test
  void canaryThere_nothingIsTouched() {
    split();
    createCanary();
    untouched();
    assertThat(told).isEmpty();
  }

  @Test
  void canaryComesWithinTheGrace_nothingIsTouched() {
    split();
    var before = route();
    orphans.look();
    createCanary();
    after(GRACE);
    deleteCanary();
    after(MINUTE);
    after(GRACE.minusSeconds(1));

    assertThat(route()).as("counted anew").isEqualTo(before);
  }

  @Test
  void canaryNotToBeRead_nothingIsTouched() {
    split();
    server
        .expect()
        .get()
        .withPath("/apis/palinode.dev/v1alpha1/namespaces/shop/canaries/guard")
        .andReturn(403, "no")
        .always();
    untouched();
    assertThat(told).isEmpty();
  }

  @Test
  void routesWithoutASnapshot_areNotTouched() {
    split();
    edit(vs -> annotations(vs).remove(Api.SNAPSHOT_ANNOTATION));
    untouched();
    assertThat(told).isEmpty();
  }

  @Test
  void snapshotIllegible_isToldOnceAndNotTouched() {
    split();
    edit(vs -> annotations(vs).put(Api.SNAPSHOT_ANNOTATION, "{"));
    untouched();
    assertThat(told)
        .singleElement()
        .satisfies(t -> assertThat(t).startsWith("checkout SnapshotUnreadable"));
  }

  @Test
  void openedButNotSplit_isToldOnceAndNotTouched() {
    apply(new Effect.OpenRoute());
    untouched();
    assertThat(told)
        .singleElement()
        .satisfies(t ->
            assertThat(t)
                .startsWith("checkout RouteLeftOpen")
                .contains(LiveVirtualService.RECONCILE_ANNOTATION));
  }

  @Test
  void somebodyWroteMeanwhile_isTriedAgain() {
    split();
    orphans.look();
    server.expect().patch().withPath(PATH).andReturn(409, "stale").once();
    after(GRACE);
    assertThat(route()).isNotEqualTo(inGit);
    assertThat(told).isEmpty();

    after(MINUTE);
    assertThat(route()).isEqualTo(inGit);
  }

  @Test
  void ownershipNotHandedBack_isTriedAgain() {
    split();
    edit(vs ->
        ((ObjectNode) vs.path("metadata"))
            .set(
                "managedFields",
                Yaml.list("- {manager: palinode, operation: Update, fieldsV1: {f:spec: {}}}")));
    orphans.look();
    server.expect().patch().withPath(PATH).andReturn(200, restored()).once();
    server.expect().patch().withPath(PATH).andReturn(409, "stale").once();
    after(GRACE);
    assertThat(told).isEmpty();
    client.resource(restored()).update();

    after(MINUTE);
    assertThat(live().path("metadata").path("managedFields").toString()).doesNotContain("palinode");
    assertThat(told).hasSize(1);
  }

  @Test
  void writeForbidden_isToldOnceAndTheRuleStays() {
    split();
    server
        .expect()
        .patch()
        .withPath(PATH)
        .andReturn(403, "{\"kind\":\"Status\",\"code\":403,\"message\":\"not yours\"}")
        .always();
    untouched();
    assertThat(told)
        .singleElement()
        .satisfies(
            t -> assertThat(t).startsWith("checkout RouteNotRestored").contains("not yours"));
    assertThat(rules()).isNotEmpty();
  }

  @Test
  void newCanaryOfTheName_keepsItsRule() {
    split();
    orphans.look();
    after(GRACE);
    createCanary();
    after(MINUTE);

    assertThat(rules()).isNotEmpty();
  }

  @Test
  void otherNamespaces_areNotTouched() {
    orphans = orphans(List.of("elsewhere"));
    split();
    untouched();
    assertThat(told).isEmpty();
  }

  @Test
  void nothingFound_isLookedAtEveryThreeHoursOrWhenACanaryIsGone() {
    orphans.look();
    int before = server.getRequestCount();
    for (int i = 0; i < 60; i++) {
      after(MINUTE);
    }
    assertThat(server.getRequestCount()).isEqualTo(before);

    orphans.suspect();
    after(MINUTE);
    after(MINUTE);
    assertThat(server.getRequestCount()).isEqualTo(before + 1);
    after(Duration.ofHours(3));
    assertThat(server.getRequestCount()).isEqualTo(before + 2);
  }

  @Test
  void noIstio_isSilentAndNotAskedAgainSoon() {
    server
        .expect()
        .get()
        .withPath("/apis/networking.istio.io/v1/virtualservices")
        .andReturn(404, "no such kind")
        .always();
    orphans.look();
    int before = server.getRequestCount();
    after(MINUTE);

    assertThat(server.getRequestCount()).isEqualTo(before);
    assertThat(told).isEmpty();
  }

  @Test
  void serverAway_isAskedAgainAtTheNextLook() {
    split();
    server
        .expect()
        .get()
        .withPath("/apis/networking.istio.io/v1/virtualservices")
        .andReturn(408, "too slow")
        .always();
    orphans.look();
    int before = server.getRequestCount();
    after(MINUTE);

    assertThat(server.getRequestCount()).isGreaterThan(before);
  }

  private OrphanedRoutes orphans(List<String> namespaces) {
    return new OrphanedRoutes(
        client,
        namespaces,
        new KubernetesCanaries(client, () -> now),
        () -> now,
        (about, reason, message) -> told.add(about.getName() + " " + reason + ": " + message));
  }

  /** However often it is looked. */
  private void untouched() {
    var before = live();
    orphans.look();
    after(GRACE);
    after(MINUTE);
    after(Duration.ofHours(3));
    after(GRACE);
    assertThat(live()).isEqualTo(before);
  }

  private void after(Duration time) {
    now = now.plus(time);
    orphans.look();
  }

  private void split() {
    apply(new Effect.OpenRoute());
    apply(new Effect.WriteRule());
    apply(new Effect.SetWeight(Weight.percent(20)));
  }

  private void apply(Effect.OnRoute effect) {
    var key =
        new RouteKey(
            CANARY,
            "u1",
            List.of(new VirtualServiceRef("checkout", null, List.of("primary"))),
            Map.of(),
            "stablehash",
            "candidatehash");
    assertThat(new IstioTrafficRouter(client, client).apply(key, effect)).isEqualTo(Outcome.DONE);
  }

  private void createCanary() {
    var canary = new Canary();
    canary.setMetadata(new ObjectMetaBuilder().withNamespace("shop").withName("guard").build());
    client.resource(canary).create();
  }

  private void deleteCanary() {
    client.resources(Canary.class).inNamespace("shop").withName("guard").delete();
  }

  private List<GenericKubernetesResource> rules() {
    return client
        .genericKubernetesResources("networking.istio.io/v1", "DestinationRule")
        .inNamespace("shop")
        .list()
        .getItems();
  }

  private JsonNode live() {
    return JSON.valueToTree(
        client
            .genericKubernetesResources("networking.istio.io/v1", "VirtualService")
            .inNamespace("shop")
            .withName("checkout")
            .get());
  }

  /** All of it but its version. */
  private JsonNode route() {
    var vs = live();
    ((ObjectNode) vs.path("metadata")).remove(List.of("resourceVersion", "generation"));
    return vs;
  }

  /** Git's text, still with our managed field. */
  private String restored() {
    var vs = live();
    var metadata = (ObjectNode) vs.path("metadata");
    metadata.remove("annotations");
    ((ObjectNode) vs).set("spec", inGit.path("spec"));
    return vs.toString();
  }

  private void edit(Consumer<JsonNode> change) {
    var vs = live();
    change.accept(vs);
    client.resource(vs.toString()).update();
  }

  private static ObjectNode annotations(JsonNode vs) {
    return (ObjectNode) vs.path("metadata").path("annotations");
  }
}
