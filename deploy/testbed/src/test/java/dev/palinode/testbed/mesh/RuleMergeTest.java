package dev.palinode.testbed.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.testbed.mesh.MeshConfig.DestinationRule;
import dev.palinode.testbed.mesh.MeshConfig.Name;
import dev.palinode.testbed.mesh.MeshConfig.Service;
import dev.palinode.testbed.mesh.MeshConfig.Subset;
import dev.palinode.testbed.mesh.RuleMerge.Rule;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The measured routing tables, section 1: one test per row. */
class RuleMergeTest {
  private static final int OLDER = 60;
  private static final int OURS = 30;
  private static final int NEWER = 0;
  private static final Service FOO = new Service(new Name("shop", "foo"), Map.of("app", "foo"));
  private static final Map<String, Object> POOL = Map.of("connectionPool", 77);
  private static final Map<String, Object> OTHER =
      Map.of("connectionPool", 5, "tls", "ISTIO_MUTUAL");

  @ParameterizedTest
  @ValueSource(strings = {"foo", "foo.shop.svc.cluster.local"})
  void sameNamespaceAndExport_mergesWhateverTheAge(String host) {
    for (int age : List.of(OLDER, NEWER)) {
      Rule rule = effective(ours(Set.of(), Map.of()), users(host, age, Set.of(), POOL, "blue"));

      assertThat(rule.trafficPolicy()).isEqualTo(POOL);
      assertThat(rule.subsets()).containsOnlyKeys("palinode-stable", "palinode-canary", "blue");
      assertThat(rule.subsets().values()).allMatch(s -> rule.policyOf(s).equals(POOL));
    }
  }

  @Test
  void subsetPolicyOfTheUser_staysOnHisSubset() {
    DestinationRule users =
        new DestinationRule(
            new Name("shop", "foo"),
            at(OLDER),
            "foo",
            Set.of(),
            Map.of(),
            POOL,
            List.of(new Subset("blue", Map.of("color", "blue"), Map.of("outlierDetection", 3))));

    Rule rule = effective(ours(Set.of(), Map.of()), users);

    assertThat(policy(rule, "blue"))
        .containsEntry("outlierDetection", 3)
        .containsAllEntriesOf(POOL);
    assertThat(policy(rule, "palinode-canary")).isEqualTo(POOL);
  }

  @Test
  void oursWithPolicy_olderPolicyWinsWhole() {
    assertThat(
            effective(ours(Set.of(), OTHER), users("foo", OLDER, Set.of(), POOL)).trafficPolicy())
        .isEqualTo(POOL);
    assertThat(
            effective(ours(Set.of(), OTHER), users("foo", NEWER, Set.of(), POOL)).trafficPolicy())
        .isEqualTo(OTHER);
  }

  @Test
  void duplicateSubset_olderWins() {
    DestinationRule users =
        new DestinationRule(
            new Name("shop", "foo"),
            at(OLDER),
            "foo",
            Set.of(),
            Map.of(),
            Map.of(),
            List.of(new Subset("palinode-canary", Map.of("mine", "yes"), Map.of())));

    Rule rule = effective(ours(Set.of(), Map.of()), users);

    assertThat(rule.subsets().get("palinode-canary").labels()).containsEntry("mine", "yes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "istio-ingress"})
  void exportDiffers_newerWinsWhole(String exportTo) {
    Set<String> his = Set.of(exportTo);

    Rule oursNewer = effective(ours(Set.of(), Map.of()), users("foo", OLDER, his, POOL, "blue"));
    assertThat(oursNewer.trafficPolicy()).isEmpty();
    assertThat(oursNewer.subsets()).containsOnlyKeys("palinode-stable", "palinode-canary");

    Rule oursOlder = effective(ours(Set.of(), Map.of()), users("foo", NEWER, his, POOL, "blue"));
    assertThat(oursOlder.trafficPolicy()).isEqualTo(POOL);
    assertThat(oursOlder.subsets()).containsOnlyKeys("blue");
  }

  @Test
  void sameExportOnBoth_merges() {
    Set<String> all = Set.of("*");

    Rule rule = effective(ours(all, Map.of()), users("foo", OLDER, all, POOL));

    assertThat(rule.trafficPolicy()).isEqualTo(POOL);
    assertThat(rule.subsets()).containsKey("palinode-canary");
  }

  @Test
  void exportToOwnNamespace_reachesOnlyClientsThere() {
    Set<String> own = Set.of(".");
    List<DestinationRule> rules = List.of(ours(own, Map.of()), users("foo", OLDER, own, POOL));

    assertThat(RuleMerge.effective(rules, FOO, Client.gateway())).isEqualTo(Rule.NONE);
    Client neighbour = new Client("shop", "bar", Map.of(), "istio-system", true);
    assertThat(RuleMerge.effective(rules, FOO, neighbour).subsets()).containsKey("palinode-canary");
  }

  @Test
  void ruleInTheClientsNamespace_hidesOurSubsets() {
    DestinationRule gateways = in("istio-ingress", "foo.shop.svc.cluster.local", POOL);

    Rule rule = effective(ours(Set.of(), Map.of()), gateways);

    assertThat(rule.subsets()).isEmpty();
    assertThat(rule.trafficPolicy()).isEqualTo(POOL);
  }

  @Test
  void ourSubsetsInTheClientsNamespaceToo_areSeen() {
    DestinationRule copy =
        new DestinationRule(
            new Name("istio-ingress", "foo-palinode"),
            at(OURS),
            "foo.shop.svc.cluster.local",
            Set.of(),
            Map.of(),
            Map.of(),
            ours(Set.of(), Map.of()).subsets());

    Rule rule = effective(copy, in("istio-ingress", "foo.shop.svc.cluster.local", POOL));

    assertThat(rule.trafficPolicy()).isEqualTo(POOL);
    assertThat(rule.subsets()).containsKey("palinode-canary");
  }

  @Test
  void ruleInTheRootNamespace_isShadowedByOurs() {
    DestinationRule root = in("istio-system", "foo.shop.svc.cluster.local", POOL);

    assertThat(effective(root).trafficPolicy()).isEqualTo(POOL);
    assertThat(effective(ours(Set.of(), Map.of()), root).trafficPolicy()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"*.shop.svc.cluster.local", "*.local"})
  void wildcard_isShadowedByOurs(String wildcard) {
    for (String namespace : List.of("shop", "istio-system")) {
      DestinationRule wide = in(namespace, wildcard, POOL);

      assertThat(effective(wide).trafficPolicy()).isEqualTo(POOL);
      assertThat(effective(ours(Set.of(), Map.of()), wide).trafficPolicy()).isEmpty();
      assertThat(effective(ours(Set.of(), POOL), wide).trafficPolicy()).isEqualTo(POOL);
    }
  }

  @Test
  void workloadSelectorOfTheClient_lacksOurSubsets() {
    DestinationRule selecting =
        new DestinationRule(
            new Name("shop", "foo"),
            at(OLDER),
            "foo",
            Set.of(),
            Map.of("istio", "ingressgateway"),
            POOL,
            List.of());

    assertThat(effective(ours(Set.of(), Map.of()), selecting).subsets()).isEmpty();
    Client other = new Client("web", "bar", Map.of("app", "bar"), "istio-system", true);
    List<DestinationRule> both = List.of(ours(Set.of(), Map.of()), selecting);
    assertThat(RuleMerge.effective(both, FOO, other).subsets()).containsKey("palinode-canary");
  }

  @Test
  void hostWithADotThatIsNoFqdn_matchesNothing() {
    assertThat(effective(users("foo.shop", OLDER, Set.of(), POOL))).isEqualTo(Rule.NONE);
  }

  private static Rule effective(DestinationRule... rules) {
    return RuleMerge.effective(Stream.of(rules).toList(), FOO, Client.gateway());
  }

  private static Map<String, Object> policy(Rule rule, String subset) {
    return rule.policyOf(rule.subsets().get(subset));
  }

  private static DestinationRule ours(Set<String> exportTo, Map<String, Object> policy) {
    return MeshTimeline.rule(
        "foo-palinode", "foo", OURS, exportTo, policy, "palinode-stable", "palinode-canary");
  }

  private static DestinationRule users(
      String host, int age, Set<String> exportTo, Map<String, Object> policy, String... subsets) {
    return MeshTimeline.rule("foo", host, age, exportTo, policy, subsets);
  }

  private static DestinationRule in(String namespace, String host, Map<String, Object> policy) {
    return new DestinationRule(
        new Name(namespace, "wide"), at(OLDER), host, Set.of(), Map.of(), policy, List.of());
  }

  private static Instant at(int age) {
    return MeshTimeline.START.minusSeconds(age);
  }
}
