package dev.palinode.controller.istio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.crds.Api;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Weight;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualServiceEditTest {
  private static final ObjectName CANARY = new ObjectName("shop", "checkout");
  private static final String PLAIN =
      """
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: checkout, namespace: shop, resourceVersion: "41"}
      spec:
        hosts: [checkout, shop.example.com]
        gateways: [mesh, ingress/public]
        http:
        - name: images
          match: [{uri: {prefix: /img}}]
          route: [{destination: {host: images}, weight: 60}, {destination: {host: old}, weight: 40}]
        - name: primary
          match: [{headers: {end-user: {exact: jason}}}]
          timeout: 3s
          retries: {attempts: 2, perTryTimeout: 1s}
          mirror: {host: shadow}
          fault: {delay: {fixedDelay: 1s, percentage: {value: 0.1}}}
          route:
          - destination: {host: checkout, port: {number: 80}}
            headers: {response: {set: {x-app: checkout}}}
        - route: [{destination: {host: checkout.shop.svc.cluster.local}, weight: 100}]
      """;
  private static final List<Integer> BOTH = List.of(1, 2);

  @Test
  void open_addsNothingButTheSnapshot() {
    var vs = Yaml.virtualService(PLAIN);
    var patch = edit(vs).open(BOTH, "checkout");
    var snapshot =
        "{\"version\":1,\"canary\":\"shop/checkout\",\"service\":\"checkout\",\"owners\":[],\"routes\":["
            + "{\"name\":\"primary\",\"index\":1,\"route\":"
            + vs.route(1)
            + "},{\"index\":2,\"route\":"
            + vs.route(2)
            + "}]}";
    assertThat(patch.operations())
        .isEqualTo(
            Yaml.list(
                """
                - {op: test, path: /metadata/resourceVersion, value: "41"}
                - op: add
                  path: /metadata/annotations
                  value: {palinode.dev/route-snapshot: '%s'}
                """
                    .formatted(snapshot)));
  }

  @Test
  void open_isDone_nothingToWrite() {
    var open = opened(Yaml.virtualService(PLAIN));
    assertThat(edit(open).open(BOTH, "checkout").isEmpty()).isTrue();
  }

  @Test
  void split_replacesOnlyTheChosenRouteArrays() {
    var open = opened(Yaml.virtualService(PLAIN));
    var patch = edit(open).split(BOTH, "checkout", Weight.percent(5));
    assertThat(patch.operations())
        .isEqualTo(
            Yaml.list(
                """
                - {op: test, path: /metadata/resourceVersion, value: "41"}
                - {op: test, path: /spec/http/1/name, value: primary}
                - op: replace
                  path: /spec/http/1/route
                  value:
                  - destination: {host: checkout, port: {number: 80}, subset: palinode-stable}
                    headers: {response: {set: {x-app: checkout}}}
                    weight: 95
                  - destination: {host: checkout, port: {number: 80}, subset: palinode-canary}
                    headers: {response: {set: {x-app: checkout}}}
                    weight: 5
                - op: replace
                  path: /spec/http/2/route
                  value:
                  - {destination: {host: checkout.shop.svc.cluster.local, subset: palinode-stable}, weight: 95}
                  - {destination: {host: checkout.shop.svc.cluster.local, subset: palinode-canary}, weight: 5}
                """));
  }

  @Test
  void split_isThere_nothingToWrite() {
    var split = split(Yaml.virtualService(PLAIN), 5);
    assertThat(edit(split).split(BOTH, "checkout", Weight.percent(5)).isEmpty()).isTrue();
    assertThat(edit(split).open(BOTH, "checkout").isEmpty()).isTrue();
  }

  @Test
  void split_withoutSnapshot_writesItToo() {
    var vs = Yaml.virtualService(PLAIN);
    var split = Yaml.patched(vs, edit(vs).split(BOTH, "checkout", Weight.ZERO));
    assertThat(split.snapshot(CANARY)).isPresent();
    assertThat(restored(split)).isEqualTo(vs.json());
  }

  @Test
  void restore_isGitsTextToTheByte() {
    var vs = Yaml.virtualService(PLAIN);
    var through = split(split(split(vs, 5), 0.5), 100);
    assertThat(restored(through).toString()).isEqualTo(vs.json().toString());
  }

  @Test
  void restore_isDone_nothingToWrite() {
    assertThat(edit(Yaml.virtualService(PLAIN)).restore().isEmpty()).isTrue();
  }

  @Test
  void restore_snapshotLost_mergesTheTwoEntries() {
    var split = split(Yaml.virtualService(PLAIN), 25);
    ((ObjectNode) split.json().path("metadata")).remove("annotations");
    var expected = Yaml.virtualService(PLAIN).json();
    ((ObjectNode) expected.path("spec").path("http").path(2).path("route").path(0))
        .remove("weight");
    assertThat(restored(split)).isEqualTo(expected);
  }

  @Test
  void restore_snapshotScribbledOn_mergesAndCleansUp() {
    var split = split(Yaml.virtualService(PLAIN), 25);
    ((ObjectNode) split.annotations()).put(Api.SNAPSHOT_ANNOTATION, "{}");
    assertThat(new LiveVirtualService(restored(split)).isClean()).isTrue();
  }

  @Test
  void restore_routeInsertedInFront_findsTheNamedOne() {
    var split = split(Yaml.virtualService(PLAIN), 25);
    var http = (ArrayNode) split.http();
    http.insert(0, Yaml.object("{name: new, route: [{destination: {host: new}}]}"));
    var restored = restored(split);
    var plain = Yaml.virtualService(PLAIN);
    assertThat(restored.path("spec").path("http").path(2)).isEqualTo(plain.http().path(1));
    assertThat(restored.path("spec").path("http").path(0).path("name").asText()).isEqualTo("new");
  }

  @Test
  void agentResetTheRoute_itsTextIsTheSnapshotNow() {
    var split = split(Yaml.virtualService(PLAIN), 25);
    var edited = Yaml.list("- destination: {host: checkout, port: {number: 8443}}");
    ((ObjectNode) split.http().path(1)).set("route", edited);
    var again = split(split, 50);
    assertThat(Split.share(again.route(1))).contains(Weight.percent(50));
    assertThat(restored(again).path("spec").path("http").path(1).path("route")).isEqualTo(edited);
  }

  @Test
  void routeNoLongerChosen_butSplit_followsTheWeight() {
    var split = split(Yaml.virtualService(PLAIN), 25);
    var zero = Yaml.patched(split, edit(split).split(List.of(2), "checkout", Weight.ZERO));
    assertThat(Split.share(zero.route(1))).contains(Weight.ZERO);
  }

  @Test
  void userAnnotations_stay() {
    var vs = annotated("{team: shop, note/x~y: keep}", "{}");
    var split = split(vs, 10);
    assertThat(split.annotation("note/x~y")).contains("keep");
    assertThat(split.annotation(LiveVirtualService.RECONCILE_ANNOTATION)).isEmpty();
    assertThat(restored(split)).isEqualTo(vs.json());
  }

  @Test
  void flux_isAskedToLeaveTheObject_untilRestored() {
    var vs = annotated("{team: shop}", "{kustomize.toolkit.fluxcd.io/name: apps}");
    var open = opened(vs);
    assertThat(open.annotation(LiveVirtualService.RECONCILE_ANNOTATION)).contains("disabled");
    assertThat(restored(open)).isEqualTo(vs.json());
  }

  @Test
  void flux_usersOwnValue_comesBack() {
    for (var value : List.of("enabled", "disabled")) {
      var vs =
          annotated(
              "{kustomize.toolkit.fluxcd.io/reconcile: %s}".formatted(value),
              "{kustomize.toolkit.fluxcd.io/name: apps}");
      var split = split(vs, 10);
      assertThat(split.annotation(LiveVirtualService.RECONCILE_ANNOTATION)).contains("disabled");
      assertThat(restored(split)).isEqualTo(vs.json());
    }
  }

  @Test
  void flux_pauseTakenAway_isAskedAgain() {
    var open = opened(annotated("{team: shop}", "{kustomize.toolkit.fluxcd.io/name: apps}"));
    ((ObjectNode) open.annotations()).remove(LiveVirtualService.RECONCILE_ANNOTATION);
    assertThat(opened(open).annotation(LiveVirtualService.RECONCILE_ANNOTATION))
        .contains("disabled");
  }

  private static LiveVirtualService annotated(String annotations, String labels) {
    var vs = Yaml.virtualService(PLAIN);
    var metadata = (ObjectNode) vs.json().path("metadata");
    metadata.set("annotations", Yaml.object(annotations));
    metadata.set("labels", Yaml.object(labels));
    return vs;
  }

  private static VirtualServiceEdit edit(LiveVirtualService vs) {
    return new VirtualServiceEdit(vs, CANARY);
  }

  private static LiveVirtualService opened(LiveVirtualService vs) {
    return Yaml.patched(vs, edit(vs).open(BOTH, "checkout"));
  }

  private static LiveVirtualService split(LiveVirtualService vs, double percent) {
    var open = opened(vs);
    return Yaml.patched(open, edit(open).split(BOTH, "checkout", Weight.percent(percent)));
  }

  private static JsonNode restored(LiveVirtualService vs) {
    return Yaml.patched(vs, edit(vs).restore()).json();
  }
}
