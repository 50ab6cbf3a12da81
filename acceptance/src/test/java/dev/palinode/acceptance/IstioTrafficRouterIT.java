package dev.palinode.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.decide.Route;
import dev.palinode.controller.istio.IstioTrafficRouter;
import dev.palinode.controller.ports.Outcome;
import dev.palinode.controller.ports.RouteKey;
import dev.palinode.crds.CanarySpec.VirtualServiceRef;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Weight;
import dev.palinode.testbed.Account;
import dev.palinode.testbed.Needs;
import dev.palinode.testbed.Part;
import dev.palinode.testbed.Testbed;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Routes on a real API server: what field owners see, with no more rights than needed. */
@Needs(value = Part.CONTROL_PLANE, alone = true)
class IstioTrafficRouterIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String RIGHTS =
      """
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRole
      metadata: {name: palinode-routes-only}
      rules:
      - {apiGroups: [networking.istio.io], resources: [virtualservices], verbs: [get, patch]}
      - {apiGroups: [networking.istio.io], resources: [destinationrules], verbs: [list, create, patch, delete]}
      - {apiGroups: [""], resources: [services], verbs: [list]}
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRoleBinding
      metadata: {name: palinode-routes-only}
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: palinode-routes-only}
      subjects:
      - {kind: ServiceAccount, name: palinode, namespace: palinode-system}
      """;
  private static final String HTTP =
      """
        http:
        - {name: images, route: [{destination: {host: images}}]}
        - name: primary
          match: [{uri: {prefix: /}}]
          timeout: 3s
          route:
          - destination: {host: checkout, port: {number: 80}}
            headers: {request: {set: {x-a: b}}}
      """;

  private Testbed testbed;
  private String namespace;
  private IstioTrafficRouter router;

  @BeforeEach
  void routesFromGit() {
    namespace = testbed.namespace("routes");
    testbed.controlPlane().apply(RIGHTS);
    var client = testbed.controlPlane().client(Account.PALINODE);
    router = new IstioTrafficRouter(client, client);
  }

  @Test
  void rolloutBetweenFluxesApplies_leavesNoTrace_andGitsDropTakesEffect() {
    flux(HTTP);
    var before = live();
    for (var effect : life()) {
      apply(effect);
    }
    assertThat(withoutVersions(live())).isEqualTo(withoutVersions(before));
    assertThat(route().isAsInGit()).isTrue();

    flux("");
    assertThat(live().path("spec").has("http")).isFalse();
  }

  @Test
  void routeAppliedByAPerson_isHandedBackToThatPerson() {
    testbed.controlPlane().admin().resource(virtualService(HTTP)).create();
    var before = live();
    for (var effect : life()) {
      apply(effect);
    }
    assertThat(withoutVersions(live())).isEqualTo(withoutVersions(before));
  }

  @Test
  void effectsRepeated_changeNoVersion() {
    flux(HTTP);
    for (var effect : life()) {
      apply(effect);
      var version = live().path("metadata").path("resourceVersion");
      apply(effect);
      assertThat(live().path("metadata").path("resourceVersion"))
          .as("%s", effect)
          .isEqualTo(version);
    }
  }

  @Test
  void fluxForcesItsTextInMidRollout_theWeightComesBackAndSoDoesGitsText() {
    flux(HTTP);
    var before = live();
    apply(new Effect.OpenRoute());
    apply(new Effect.WriteRule());
    apply(new Effect.SetWeight(Weight.percent(5)));
    flux(HTTP);
    assertThat(route().live()).isEmpty();
    apply(new Effect.SetWeight(Weight.percent(5)));
    assertThat(route().isAt(Weight.percent(5))).isTrue();
    apply(new Effect.RestoreRoute());
    apply(new Effect.DeleteRule());
    var after = live();
    assertThat(after.path("spec")).isEqualTo(before.path("spec"));
    assertThat(owners(after)).isEqualTo(owners(before));
  }

  @Test
  void restoredInTwoHalves_theSecondIsMadeUpForLater() {
    flux(HTTP);
    var before = live();
    apply(new Effect.SetWeight(Weight.percent(5)));
    // what a controller leaves that dies between the two writes
    testbed
        .controlPlane()
        .client(Account.PALINODE)
        .genericKubernetesResources("networking.istio.io/v1", "VirtualService")
        .inNamespace(namespace)
        .withName("checkout")
        .patch(
            palinode(),
            """
            [{"op": "replace", "path": "/spec/http", "value": %s},
             {"op": "remove", "path": "/metadata/annotations"}]
            """
                .formatted(before.path("spec").path("http")));
    assertThat(route().clean()).isFalse();
    apply(new Effect.RestoreRoute());
    assertThat(withoutVersions(live())).isEqualTo(withoutVersions(before));
  }

  @Test
  void testThatFails_isAnsweredWithoutCauses() {
    flux(HTTP);
    assertThatThrownBy(() ->
            testbed
                .controlPlane()
                .admin()
                .genericKubernetesResources("networking.istio.io/v1", "VirtualService")
                .inNamespace(namespace)
                .withName("checkout")
                .patch(
                    palinode(),
                    """
                    [{"op": "test", "path": "/metadata/resourceVersion", "value": "1"},
                     {"op": "add", "path": "/metadata/annotations", "value": {"a": "b"}}]
                    """))
        .isInstanceOfSatisfying(
            KubernetesClientException.class,
            e -> {
              assertThat(e.getCode()).isEqualTo(422);
              var details = e.getStatus().getDetails();
              assertThat(details == null ? List.of() : details.getCauses()).isEmpty();
            });
  }

  private List<Effect.OnRoute> life() {
    return List.of(
        new Effect.OpenRoute(),
        new Effect.WriteRule(),
        new Effect.SetWeight(Weight.ZERO),
        new Effect.SetWeight(Weight.percent(0.5)),
        new Effect.SetWeight(Weight.FULL),
        new Effect.RestoreRoute(),
        new Effect.DeleteRule());
  }

  private void apply(Effect.OnRoute effect) {
    assertThat(router.apply(key(), effect)).as("%s", effect).isEqualTo(Outcome.DONE);
  }

  private Route route() {
    return router.read(key()).known().orElseThrow();
  }

  private RouteKey key() {
    return new RouteKey(
        new ObjectName(namespace, "checkout"),
        "7d5e0a52-0000-0000-0000-000000000000",
        List.of(new VirtualServiceRef("checkout", null, List.of("primary"))),
        Map.of("app", "checkout"),
        "stablehash",
        "candidatehash");
  }

  /** As kustomize-controller does it. */
  private void flux(String http) {
    testbed
        .controlPlane()
        .admin()
        .resource(virtualService(http))
        .fieldManager("kustomize-controller")
        .forceConflicts()
        .serverSideApply();
  }

  private GenericKubernetesResource virtualService(String http) {
    return Serialization.unmarshal(
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata:
          name: checkout
          namespace: %s
          labels: {kustomize.toolkit.fluxcd.io/name: apps, kustomize.toolkit.fluxcd.io/namespace: flux-system}
        spec:
          hosts: [checkout]
        """
                .formatted(namespace)
            + http,
        GenericKubernetesResource.class);
  }

  private JsonNode live() {
    return JSON.valueToTree(
        testbed
            .controlPlane()
            .admin()
            .genericKubernetesResources("networking.istio.io/v1", "VirtualService")
            .inNamespace(namespace)
            .withName("checkout")
            .get());
  }

  private static PatchContext palinode() {
    return new PatchContext.Builder()
        .withPatchType(PatchType.JSON)
        .withFieldManager("palinode")
        .build();
  }

  private static JsonNode owners(JsonNode object) {
    var owners = (ArrayNode) object.path("metadata").path("managedFields").deepCopy();
    owners.forEach(entry -> ((ObjectNode) entry).remove("time"));
    return owners;
  }

  private static JsonNode withoutVersions(JsonNode object) {
    ObjectNode copy = object.deepCopy();
    ((ObjectNode) copy.path("metadata")).remove(List.of("resourceVersion", "generation"));
    return copy;
  }
}
