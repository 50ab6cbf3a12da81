package dev.palinode.controller.istio;

import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import java.util.List;
import java.util.Optional;

/**
 * One VirtualService that a Canary names, as it was found.
 *
 * @param routes the names that the Canary gives; empty means all that send to the Service
 */
record BoundRoute(ObjectName name, List<String> routes, Observed<LiveVirtualService> found) {
  BoundRoute {
    routes = List.copyOf(routes);
  }

  Optional<LiveVirtualService> live() {
    return found.known();
  }
}
