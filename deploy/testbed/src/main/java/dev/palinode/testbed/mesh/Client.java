package dev.palinode.testbed.mesh;

import java.util.Map;

/**
 * The one Envoy that sends the requests: where it lives decides which rules it sees.
 *
 * @param hostHeaderFallback whether its metrics name the service by the Host header when no cluster
 *     was found; Istio does so at sidecars, not at gateways
 */
record Client(
    String namespace,
    String workload,
    Map<String, String> labels,
    String rootNamespace,
    boolean hostHeaderFallback) {

  static Client gateway() {
    return new Client(
        "istio-ingress",
        "istio-ingressgateway",
        Map.of("istio", "ingressgateway"),
        "istio-system",
        false);
  }
}
