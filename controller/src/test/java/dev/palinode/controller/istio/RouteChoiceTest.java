package dev.palinode.controller.istio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteChoiceTest {
  private static final ServiceHost CHECKOUT = new ServiceHost("shop", "checkout");

  @Test
  void withoutNames_allRoutesThatSendToTheService() {
    var choice =
        choose(
            """
            http:
            - route: [{destination: {host: images}}]
            - route: [{destination: {host: checkout}}]
            - redirect: {uri: /}
            - name: full
              route: [{destination: {host: checkout.shop.svc.cluster.local}}]
            """);
    assertThat(choice.indexes()).containsExactly(1, 3);
    assertThat(choice.problems()).isEmpty();
  }

  @Test
  void withNames_onlyThose() {
    var choice =
        choose(
            """
            http:
            - {name: a, route: [{destination: {host: checkout}}]}
            - {name: b, route: [{destination: {host: checkout}}]}
            """,
            "b");
    assertThat(choice.indexes()).containsExactly(1);
  }

  @Test
  void splitByUs_isStillChosen() {
    var choice =
        choose(
            """
            http:
            - route:
              - {destination: {host: checkout, subset: palinode-stable}, weight: 95}
              - {destination: {host: checkout, subset: palinode-canary}, weight: 5}
            """);
    assertThat(choice.indexes()).containsExactly(0);
    assertThat(choice.problems()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {http: [{name: a, route: [{destination: {host: checkout}}]}]} | b | no http route named 'b' (named are: a)
          {tcp: [{route: [{destination: {host: checkout}}]}]} | '' | only http routes can carry a canary
          {tls: [{match: [{sniHosts: [x]}], route: [{destination: {host: checkout}}]}]} | a | only http routes can carry a canary
          {http: [{route: [{destination: {host: checkout}}]}], tcp: [{route: [{destination: {host: checkout}}]}]} | '' | only http routes can carry a canary
          {http: [{name: a, route: [{destination: {host: checkout}}, {destination: {host: other}}]}]} | a | sends to several destinations (checkout, other)
          {http: [{route: [{destination: {host: checkout, subset: v1}, weight: 50}, {destination: {host: checkout, subset: v2}, weight: 50}]}]} | '' | http route #0 of VirtualService shop/web is weighted already
          {http: [{name: a, redirect: {uri: /}}]} | a | has no destinations
          {http: [{name: a, delegate: {name: sub}}]} | a | delegates
          {http: [{name: a, route: [{destination: {host: other}}]}]} | a | sends to other, not to Service checkout
          {http: [{route: [{destination: {host: other}}]}]} | '' | no http route of VirtualService shop/web sends to checkout.shop.svc.cluster.local
          """)
  void unusable_saysWhatToDo(String spec, String name, String sentence) {
    var vs =
        Yaml.virtualService("{metadata: {name: web, namespace: shop}, spec: %s}".formatted(spec));
    var choice = RouteChoice.of(vs, name.isEmpty() ? List.of() : List.of(name), CHECKOUT);
    assertThat(choice.problems())
        .singleElement()
        .extracting(p -> p.message())
        .asString()
        .contains(sentence);
  }

  @Test
  void tcpToAnotherService_isNoMatter() {
    var choice =
        choose(
            """
            http: [{route: [{destination: {host: checkout}}]}]
            tcp: [{route: [{destination: {host: redis}}]}]
            """);
    assertThat(choice.problems()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "checkout, shop, true",
    "checkout, other, false",
    "checkout.shop.svc.cluster.local, other, true",
    "checkout.shop.svc.corp.example, other, true",
    "checkout.other.svc.cluster.local, shop, false",
    "checkout.shop, shop, false",
    "checkout.example.com, shop, false",
    "*.shop.svc.cluster.local, shop, false"
  })
  void host_meansTheServiceAsIstioReadsIt(String host, String namespace, boolean meant) {
    assertThat(CHECKOUT.isMeantBy(host, namespace)).isEqualTo(meant);
  }

  private static RouteChoice choose(String spec, String... names) {
    var vs =
        Yaml.virtualService("metadata: {name: web, namespace: shop}\nspec:\n" + spec.indent(2));
    return RouteChoice.of(vs, List.of(names), CHECKOUT);
  }
}
