package dev.palinode.controller.istio;

import dev.palinode.controller.decide.World.Problem;
import dev.palinode.controller.ports.RouteKey;
import io.fabric8.kubernetes.api.model.Service;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Which Service a Canary guards: nobody writes it down, the routes or the pods' labels tell. */
sealed interface TargetService {

  record Found(ServiceHost host) implements TargetService {}

  record Unknown(Problem problem) implements TargetService {}

  /**
   * @param services those of the Canary's namespace; only asked for when the routes do not tell
   */
  static TargetService of(RouteKey key, List<BoundRoute> routes, Supplier<List<Service>> services) {
    return remembered(key, routes)
        .map(TargetService.class::cast)
        .or(() -> named(key, routes))
        .orElseGet(() -> selecting(key, routes, services.get()));
  }

  default Optional<ServiceHost> known() {
    return switch (this) {
      case Found(var host) -> Optional.of(host);
      case Unknown _ -> Optional.empty();
    };
  }

  private static Optional<Found> remembered(RouteKey key, List<BoundRoute> routes) {
    return live(routes)
        .flatMap(vs -> vs.snapshot(key.canary()).stream())
        .map(Snapshot::service)
        .filter(service -> !service.isEmpty())
        .findFirst()
        .map(service -> new Found(new ServiceHost(key.canary().namespace(), service)));
  }

  private static Optional<TargetService> named(RouteKey key, List<BoundRoute> routes) {
    record Said(LiveVirtualService vs, String host) {}
    var said =
        routes.stream()
            .flatMap(bound ->
                bound.live().stream()
                    .flatMap(vs ->
                        vs.indexes()
                            .filter(i -> bound.routes().contains(vs.routeName(i)))
                            .mapToObj(i -> LiveVirtualService.host(vs.route(i).path(0)))
                            .filter(host -> !host.isEmpty())
                            .map(host -> new Said(vs, host))))
            .toList();
    if (said.isEmpty()) {
      return Optional.empty();
    }
    var first = said.getFirst();
    var service = ServiceHost.of(first.host, first.vs.name().namespace());
    var namespace = key.canary().namespace();
    if (service.filter(s -> s.namespace().equals(namespace)).isEmpty()) {
      return unknown(
          "VirtualService %s sends to %s, which is no Service of namespace %s: name a route that"
                  .formatted(first.vs.name(), first.host, namespace)
              + " sends to the guarded Service, or write its host in full, as"
              + " name.%s.svc.cluster.local".formatted(namespace));
    }
    return said.stream()
        .filter(s -> !service.get().isMeantBy(s.host, s.vs.name().namespace()))
        .findFirst()
        .map(s ->
            unknown(
                "the named routes send to different Services (%s and %s): name only routes that"
                        .formatted(first.host, s.host)
                    + " send to the guarded one"))
        .orElse(Optional.of(new Found(service.get())));
  }

  private static TargetService selecting(
      RouteKey key, List<BoundRoute> routes, List<Service> services) {
    var selecting = services.stream().filter(s -> selects(s, key.podLabels())).toList();
    var names = selecting.stream().map(s -> s.getMetadata().getName()).sorted().toList();
    var hosts = names.stream().map(n -> new ServiceHost(key.canary().namespace(), n)).toList();
    var routed =
        hosts.stream()
            .filter(host ->
                live(routes)
                    .anyMatch(vs -> vs.indexes().anyMatch(i -> vs.sendsTo(host, vs.route(i)))))
            .toList();
    if (hosts.size() == 1) {
      return new Found(hosts.getFirst());
    }
    if (routed.size() == 1) {
      return new Found(routed.getFirst());
    }
    return new Unknown(
        new Problem(
            "ServiceUnknown",
            hosts.isEmpty()
                ? "no Service of namespace %s selects the pods of the Deployment: create one, or"
                        .formatted(key.canary().namespace())
                    + " name the routes in spec.traffic.istio.virtualServices[].routes"
                : "several Services select the pods of the Deployment (%s): name the routes in"
                        .formatted(String.join(", ", names))
                    + " spec.traffic.istio.virtualServices[].routes"));
  }

  private static boolean selects(Service service, Map<String, String> podLabels) {
    var spec = service.getSpec();
    var selector = spec == null ? null : spec.getSelector();
    return selector != null
        && !selector.isEmpty()
        && podLabels.entrySet().containsAll(selector.entrySet());
  }

  private static Optional<TargetService> unknown(String message) {
    return Optional.of(new Unknown(new Problem("ServiceUnknown", message)));
  }

  private static Stream<LiveVirtualService> live(List<BoundRoute> routes) {
    return routes.stream().flatMap(bound -> bound.live().stream());
  }
}
