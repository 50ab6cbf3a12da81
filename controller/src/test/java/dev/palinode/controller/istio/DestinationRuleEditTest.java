package dev.palinode.controller.istio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.palinode.crds.ObjectName;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DestinationRuleEditTest {

  @Test
  void noneOfTheUsers_subsetsOnly() {
    assertThat(edit().desired("s1", "c1"))
        .isEqualTo(
            Yaml.object(
                """
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata:
                  namespace: shop
                  name: checkout-palinode
                  labels: {palinode.dev/canary: guard}
                  ownerReferences:
                  - {apiVersion: palinode.dev/v1alpha1, kind: Canary, name: guard, uid: u1, controller: true}
                spec:
                  host: checkout
                  subsets:
                  - {name: palinode-stable, labels: {pod-template-hash: s1}}
                  - {name: palinode-canary, labels: {pod-template-hash: c1}}
                """));
  }

  @ParameterizedTest
  @CsvSource({"checkout", "checkout.shop.svc.cluster.local"})
  void exactHost_exportToIsCopied_policyIsNot(String host) {
    var spec =
        edit(
                rule(
                    "shop",
                    "{host: %s, exportTo: ['*'], trafficPolicy: {tls: {mode: DISABLE}}}"
                        .formatted(host)),
                rule("istio-system", "{host: '*.local', trafficPolicy: {tls: {mode: SIMPLE}}}"))
            .desired("s", "c")
            .path("spec");
    assertThat(spec.path("exportTo")).isEqualTo(Yaml.list("['*']"));
    assertThat(spec.has("trafficPolicy")).isFalse();
  }

  @Test
  void wildcardsOnly_narrowestOfTheNearestNamespaceIsCopied() {
    var policy = "{connectionPool: {tcp: {maxConnections: 77}}, unknownToTheModel: {deep: [1, 2]}}";
    var edit =
        edit(
            rule("istio-system", "{host: '*.local', trafficPolicy: {tls: {mode: SIMPLE}}}"),
            rule("shop", "{host: '*.cluster.local', trafficPolicy: {tls: {mode: DISABLE}}}"),
            rule("shop", "{host: '*.shop.svc.cluster.local', trafficPolicy: %s}".formatted(policy)),
            rule("shop", "{host: other, trafficPolicy: {tls: {mode: DISABLE}}}"));
    assertThat(edit.conflict()).isEmpty();
    assertThat(edit.desired("s", "c").path("spec").path("trafficPolicy"))
        .isEqualTo(Yaml.object(policy));
  }

  @Test
  void rootNamespace_exactHost_isCopied() {
    var edit =
        edit(
            rule(
                "istio-system",
                "{host: checkout.shop.svc.cluster.local, trafficPolicy: {tls: {mode: SIMPLE}}}"));
    assertThat(edit.desired("s", "c").path("spec").path("trafficPolicy"))
        .isEqualTo(Yaml.object("{tls: {mode: SIMPLE}}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ingress | {host: checkout.shop.svc.cluster.local} | move it to namespace shop
          ingress | {host: '*.local'} | move it to namespace shop
          shop | {host: checkout, workloadSelector: {matchLabels: {a: b}}} | remove the selector
          shop | {host: '*.local', workloadSelector: {matchLabels: {a: b}}} | remove the selector
          shop | {host: checkout, subsets: [{name: palinode-canary, labels: {v: x}}]} | rename it
          shop | {host: checkout, exportTo: ['.']} | add it to exportTo
          shop | {host: '*.local', exportTo: ['.']} | a DestinationRule of its own in namespace shop
          """)
  void notMergeable_saysWhatToDo(String namespace, String spec, String advice) {
    assertThat(edit(rule(namespace, spec)).conflict())
        .hasValueSatisfying(c -> assertThat(c).startsWith("DestinationRule ").contains(advice));
  }

  @Test
  void exportedDifferently_isConflict() {
    var edit =
        edit(
            rule("shop", "{host: checkout, exportTo: ['*']}"),
            rule("shop", "{host: checkout.shop.svc.cluster.local}"));
    assertThat(edit.conflict()).hasValueSatisfying(c -> assertThat(c).contains("same exportTo"));
  }

  @Test
  void ourNameTaken_isConflict() {
    var theirs =
        Yaml.object("{metadata: {namespace: shop, name: checkout-palinode}, spec: {host: x}}");
    assertThat(edit(theirs).conflict())
        .hasValueSatisfying(c -> assertThat(c).contains("rename it"));
  }

  @Test
  void othersNamespaces_areNoMatter() {
    assertThat(edit(rule("elsewhere", "{host: checkout.shop.svc.cluster.local}")).conflict())
        .isEmpty();
  }

  @Test
  void live_isCurrentUntilHashesOrTheUsersRuleChange() {
    JsonNode written = edit().desired("s", "c");
    var edit = edit(written);
    assertThat(edit.isCurrent(written, "s", "c")).isTrue();
    assertThat(edit.isCurrent(written, "s", "d")).isFalse();
    var exported = edit(written, rule("shop", "{host: checkout, exportTo: ['*']}"));
    assertThat(exported.conflict()).isEmpty();
    assertThat(exported.isCurrent(written, "s", "c")).isFalse();
  }

  @Test
  void candidateUnknown_theLiveRuleKeepsItsHash() {
    JsonNode written = edit().desired("s", "c");
    assertThat(edit(written).isCurrent(written, "s", "")).isTrue();
    assertThat(edit(written).isUndetermined("s", "")).isFalse();
    assertThat(edit().isUndetermined("s", "")).isTrue();
  }

  private static DestinationRuleEdit edit(JsonNode... rules) {
    return new DestinationRuleEdit(
        new ServiceHost("shop", "checkout"),
        new ObjectName("shop", "guard"),
        "u1",
        Arrays.asList(rules),
        "istio-system",
        Set.of("shop", "ingress"));
  }

  private static JsonNode rule(String namespace, String spec) {
    return Yaml.object(
        "{metadata: {namespace: %s, name: users}, spec: %s}".formatted(namespace, spec));
  }
}
