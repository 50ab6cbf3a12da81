package dev.palinode.controller.istio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.decide.Route.Rule;
import dev.palinode.controller.ports.Outcome;
import dev.palinode.controller.ports.RouteKey;
import dev.palinode.controller.ports.TrafficRouter;
import dev.palinode.controller.ports.TrafficRouterContract;
import dev.palinode.crds.Api;
import dev.palinode.crds.CanarySpec.VirtualServiceRef;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Weight;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true)
class IstioTrafficRouterTest extends TrafficRouterContract {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String API = "networking.istio.io/v1";
  private static final ObjectName CANARY = new ObjectName("shop", "guard");
  private static final String INNER =
      """
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: inner, namespace: shop, labels: {kustomize.toolkit.fluxcd.io/name: apps}}
      spec:
        hosts: [checkout]
        http:
        - {name: images, route: [{destination: {host: images}}]}
        - name: primary
          timeout: 3s
          route: [{destination: {host: checkout, port: {number: 80}}, headers: {request: {set: {a: b}}}}]
      """;
  private static final String OUTER =
      """
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: outer, namespace: edge, annotations: {palinode.dev/allowed-namespaces: "other, shop"}}
      spec:
        hosts: [shop.example.com]
        gateways: [ingress/public]
        http:
        - route: [{destination: {host: checkout.shop.svc.cluster.local}, weight: 100}]
      """;
  private static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: %s, namespace: shop}
      spec: {selector: {app: checkout}}
      """;

  private KubernetesClient client;

  @BeforeEach
  void routesAsInGit() {
    create(INNER);
    create(OUTER);
  }

  @Override
  protected TrafficRouter router() {
    return new IstioTrafficRouter(client, client);
  }

  @Override
  protected RouteKey key() {
    return key(
        new VirtualServiceRef("inner", null, List.of("primary")),
        new VirtualServiceRef("outer", "edge", List.of()));
  }

  @Override
  protected String routes() {
    return strip(live("shop", "inner")).toString() + strip(live("edge", "outer"));
  }

  @Override
  protected String versions() {
    return objects("VirtualService") + " " + objects("DestinationRule");
  }

  @Override
  protected void agentResets() {
    for (var yaml : List.of(INNER, OUTER)) {
      client.resource(resource(yaml)).update();
    }
  }

  @Override
  protected void deleteRoutes() {
    for (var yaml : List.of(INNER, OUTER)) {
      client.resource(resource(yaml)).delete();
    }
  }

  @Test
  void withoutNames_theServiceThatSelectsThePods() {
    var key = key(new VirtualServiceRef("inner", null, List.of()));
    assertThat(router().problems(key))
        .singleElement()
        .satisfies(p -> assertThat(p.message()).contains("create one"));
    create(SERVICE.formatted("checkout"));
    assertThat(router().problems(key)).isEmpty();
    assertThat(router().read(key).known().orElseThrow().service()).isEqualTo("checkout");
    create(SERVICE.formatted("checkout-headless"));
    assertThat(router().problems(key)).as("only one is routed to").isEmpty();
  }

  @Test
  void severalServices_noneRoutedTo_asksForNames() {
    create(SERVICE.formatted("one"));
    create(SERVICE.formatted("two"));
    assertThat(router().problems(key(new VirtualServiceRef("inner", null, List.of()))))
        .singleElement()
        .satisfies(p -> assertThat(p.message()).contains("(one, two): name the routes"));
  }

  @Test
  void foreignNamespace_notAllowed_isRefusedAndUntouched() {
    edit("edge", "outer", vs -> ((ObjectNode) vs.path("metadata")).remove("annotations"));
    var before = routes();
    assertThat(router().problems(key()))
        .singleElement()
        .satisfies(p -> assertThat(p.reason()).isEqualTo("NamespaceNotAllowed"));
    assertThat(router().apply(key(), new Effect.OpenRoute())).isInstanceOf(Outcome.Refused.class);
    assertThat(routes()).isEqualTo(before);
  }

  @Test
  void permissionTakenAway_rolloutMayStillEnd() {
    apply(new Effect.SetWeight(Weight.percent(5)));
    edit(
        "edge",
        "outer",
        vs ->
            ((ObjectNode) vs.path("metadata").path("annotations"))
                .remove(Api.ALLOWED_NAMESPACES_ANNOTATION));
    apply(new Effect.SetWeight(Weight.ZERO));
    apply(new Effect.RestoreRoute());
    assertThat(read().clean()).isTrue();
  }

  @Test
  void anotherCanarysRollout_isLeftAlone() {
    apply(new Effect.SetWeight(Weight.percent(5)));
    var before = routes();
    var other =
        new RouteKey(
            new ObjectName("shop", "other"),
            "u2",
            List.of(new VirtualServiceRef("inner", null, List.of("primary"))),
            Map.of(),
            "s",
            "c");
    assertThat(router().problems(other))
        .singleElement()
        .satisfies(p -> assertThat(p.message()).contains("being moved by Canary shop/guard"));
    assertThat(router().apply(other, new Effect.SetWeight(Weight.ZERO)))
        .isInstanceOf(Outcome.Refused.class);
    assertThat(router().apply(other, new Effect.RestoreRoute())).isEqualTo(Outcome.DONE);
    assertThat(router().read(other).known().orElseThrow().live()).isEmpty();
    assertThat(routes()).isEqualTo(before);
  }

  @Test
  void oneRouteLags_isNotLive() {
    apply(new Effect.SetWeight(Weight.percent(5)));
    edit(
        "edge",
        "outer",
        vs ->
            ((ObjectNode) vs.path("spec").path("http").path(0))
                .set("route", Yaml.list("- destination: {host: checkout.shop.svc.cluster.local}")));
    assertThat(read().live()).isEmpty();
  }

  @Test
  void oneVirtualServiceDeleted_theOtherStillLosesItsTraffic() {
    apply(new Effect.SetWeight(Weight.percent(5)));
    client.resource(resource(OUTER)).delete();
    assertThat(router().apply(key(), new Effect.SetWeight(Weight.ZERO)))
        .isInstanceOf(Outcome.Refused.class);
    assertThat(Split.share(live("shop", "inner").path("spec").path("http").path(1).path("route")))
        .contains(Weight.ZERO);
    assertThat(read().isAt(Weight.ZERO)).isTrue();
  }

  @Test
  void usersRuleInAClientNamespace_isConflictAndNoRuleIsWritten() {
    create(
        """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: users, namespace: ingress}
        spec: {host: checkout.shop.svc.cluster.local}
        """);
    assertThat(read().conflict()).isPresent();
    assertThat(router().apply(key(), new Effect.WriteRule())).isInstanceOf(Outcome.Refused.class);
    assertThat(read().rule()).isEqualTo(Rule.Absent);
  }

  @Test
  void conflictAppearsInMidRollout_theRuleIsLeftAsItIs() {
    apply(new Effect.WriteRule());
    create(
        """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: users, namespace: shop}
        spec: {host: checkout, exportTo: [.]}
        """);
    assertThat(read().conflict()).isPresent();
    assertThat(read().rule()).isEqualTo(Rule.Current);
  }

  @Test
  void serverNotReached_onlyTakingTrafficAwayGoesOn() {
    try (var dead =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder()
                    .withMasterUrl("http://127.0.0.1:1")
                    .withRequestRetryBackoffLimit(0)
                    .build())
            .build()) {
      var router = new IstioTrafficRouter(dead, client);
      assertThat(router.read(key()).isUnreadable()).isTrue();
      assertThat(router.apply(key(), new Effect.SetWeight(Weight.percent(5))))
          .isInstanceOf(Outcome.Again.class);
      assertThat(router.apply(key(), new Effect.RestoreRoute())).isInstanceOf(Outcome.Again.class);
      assertThat(router.apply(key(), new Effect.SetWeight(Weight.ZERO))).isEqualTo(Outcome.DONE);
    }
  }

  private static RouteKey key(VirtualServiceRef... refs) {
    return new RouteKey(
        CANARY,
        "u1",
        List.of(refs),
        Map.of("app", "checkout", "tier", "web"),
        "stablehash",
        "candidatehash");
  }

  private JsonNode live(String namespace, String name) {
    return JSON.valueToTree(
        client
            .genericKubernetesResources(API, "VirtualService")
            .inNamespace(namespace)
            .withName(name)
            .get());
  }

  private String objects(String kind) {
    return client.genericKubernetesResources(API, kind).inAnyNamespace().list().getItems().stream()
        .map(o -> o.getMetadata().getName() + "@" + o.getMetadata().getResourceVersion())
        .sorted()
        .toList()
        .toString();
  }

  private void edit(String namespace, String name, Consumer<JsonNode> change) {
    var vs = live(namespace, name);
    change.accept(vs);
    client.resource(resource(vs.toString())).update();
  }

  private void create(String yaml) {
    client.resource(yaml).create();
  }

  private static GenericKubernetesResource resource(String yaml) {
    return Serialization.unmarshal(yaml, GenericKubernetesResource.class);
  }

  private static JsonNode strip(JsonNode object) {
    var metadata = (ObjectNode) object.path("metadata");
    metadata.remove(List.of("resourceVersion", "generation"));
    return object;
  }
}
