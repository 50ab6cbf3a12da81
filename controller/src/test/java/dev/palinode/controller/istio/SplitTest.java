package dev.palinode.controller.istio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.Weight;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitTest {
  private static final String PLAIN =
      """
      - destination: {host: checkout.shop.svc.cluster.local, port: {number: 8080}, subset: users}
        headers: {request: {add: {x-route: primary}}}
      """;

  @Test
  void destination_isCopiedWithPortAndHeadersIntoBothEntries() {
    assertThat(Split.of(Yaml.list(PLAIN), Weight.percent(5)))
        .isEqualTo(
            Yaml.list(
                """
                - destination: {host: checkout.shop.svc.cluster.local, port: {number: 8080}, subset: palinode-stable}
                  headers: {request: {add: {x-route: primary}}}
                  weight: 95
                - destination: {host: checkout.shop.svc.cluster.local, port: {number: 8080}, subset: palinode-canary}
                  headers: {request: {add: {x-route: primary}}}
                  weight: 5
                """));
  }

  @Test
  void zero_isWrittenOut() {
    assertThat(Split.of(Yaml.list("- destination: {host: a}"), Weight.ZERO))
        .isEqualTo(
            Yaml.list(
                """
                - {destination: {host: a, subset: palinode-stable}, weight: 100}
                - {destination: {host: a, subset: palinode-canary}, weight: 0}
                """));
  }

  @Test
  void fraction_isOutOfTenThousand() {
    assertThat(Split.of(Yaml.list("- destination: {host: a}"), Weight.percent(0.25)))
        .isEqualTo(
            Yaml.list(
                """
                - {destination: {host: a, subset: palinode-stable}, weight: 9975}
                - {destination: {host: a, subset: palinode-canary}, weight: 25}
                """));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 25, 100, 500, 3333, 5000, 9999, 10_000})
  void share_isReadBackAsWritten(int basisPoints) {
    var weight = new Weight(basisPoints);
    var plain = Yaml.list(PLAIN);
    assertThat(Split.share(Split.of(plain, weight))).contains(weight);
    assertThat(Split.isOf(plain, Split.of(plain, weight))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "- destination: {host: a}",
        "- {destination: {host: a, subset: palinode-stable}, weight: 100}",
        """
        - {destination: {host: a, subset: palinode-stable}, weight: 0}
        - {destination: {host: a, subset: palinode-canary}, weight: 0}
        """,
        """
        - {destination: {host: a, subset: palinode-stable}, weight: 50}
        - {destination: {host: b, subset: palinode-canary}, weight: 50}
        """,
        """
        - {destination: {host: a, subset: palinode-canary}, weight: 50}
        - {destination: {host: a, subset: palinode-stable}, weight: 50}
        """
      })
  void anythingElse_hasNoShare(String route) {
    assertThat(Split.share(Yaml.list(route))).isEmpty();
  }

  @Test
  void merged_leavesOthersDestinationsAlone() {
    var live =
        Yaml.list(
            """
            - {destination: {host: a, subset: palinode-stable}, weight: 50}
            - {destination: {host: a, subset: palinode-canary}, weight: 30}
            - {destination: {host: b}, weight: 20}
            """);
    assertThat(Split.merged(live))
        .isEqualTo(Yaml.list("- destination: {host: a}\n- {destination: {host: b}, weight: 20}"));
  }
}
