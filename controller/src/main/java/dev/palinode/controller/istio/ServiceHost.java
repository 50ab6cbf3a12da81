package dev.palinode.controller.istio;

import java.util.Optional;

/** A Service as Istio's host fields name it: short, fully qualified, or covered by a wildcard. */
record ServiceHost(String namespace, String name) {

  /**
   * The Service that Istio understands by {@code host}; empty for hosts outside the cluster and for
   * forms that Istio does not complete, such as {@code name.namespace}.
   *
   * @param namespace of the object that says {@code host}: short names are completed with it
   */
  static Optional<ServiceHost> of(String host, String namespace) {
    var parts = host.split("\\.", -1);
    if (parts.length == 1 && !host.isEmpty() && !host.equals("*")) {
      return Optional.of(new ServiceHost(namespace, host));
    }
    return parts.length >= 3 && parts[2].equals("svc") && !parts[0].contains("*")
        ? Optional.of(new ServiceHost(parts[1], parts[0]))
        : Optional.empty();
  }

  boolean isMeantBy(String host, String namespace) {
    return of(host, namespace).filter(this::equals).isPresent();
  }

  boolean isCoveredBy(String wildcard) {
    return wildcard.startsWith("*") && qualified().endsWith(wildcard.substring(1));
  }

  String qualified() {
    return name + "." + namespace + ".svc.cluster.local";
  }
}
