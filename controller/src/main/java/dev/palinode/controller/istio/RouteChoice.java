package dev.palinode.controller.istio;

import com.fasterxml.jackson.databind.JsonNode;
import dev.palinode.controller.decide.World.Problem;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * Which http routes of one VirtualService belong to a Canary, and why one that is asked for cannot
 * be split.
 *
 * @param indexes of the routes that can be split
 * @param problems empty if all that are asked for can
 */
record RouteChoice(List<Integer> indexes, List<Problem> problems) {

  RouteChoice {
    indexes = List.copyOf(indexes);
    problems = List.copyOf(problems);
  }

  /**
   * @param names of the routes; empty means all that send to the Service
   */
  static RouteChoice of(LiveVirtualService vs, List<String> names, ServiceHost service) {
    var indexes = new ArrayList<Integer>();
    var problems = new ArrayList<>(missing(vs, names));
    if (problems.isEmpty() && vs.sendsTcpOrTlsTo(service)) {
      problems.add(tcpOrTls(vs));
    }
    if (names.isEmpty() && problems.isEmpty() && chosen(vs, names, service).length == 0) {
      problems.add(
          new Problem(
              "RouteMissing",
              "no http route of VirtualService %s sends to %s: add one, or name another"
                      .formatted(vs.name(), service.qualified())
                  + " VirtualService"));
    }
    for (int i : chosen(vs, names, service)) {
      var problem = whyNot(vs, i, service);
      if (problem.isPresent()) {
        problems.add(new Problem("RouteUnsupported", label(vs, i) + " " + problem.get()));
      } else {
        indexes.add(i);
      }
    }
    return new RouteChoice(indexes, problems);
  }

  /** What can be told before it is known which Service is meant. */
  static List<Problem> missing(LiveVirtualService vs, List<String> names) {
    if (vs.http().isEmpty() && vs.hasTcpOrTls()) {
      return List.of(tcpOrTls(vs));
    }
    var present = vs.indexes().mapToObj(vs::routeName).filter(n -> !n.isEmpty()).toList();
    return names.stream()
        .filter(name -> !present.contains(name))
        .map(name ->
            new Problem(
                "RouteMissing",
                "VirtualService %s has no http route named '%s' (named are: %s): correct"
                        .formatted(
                            vs.name(),
                            name,
                            present.isEmpty() ? "none" : String.join(", ", present))
                    + " spec.traffic.istio.virtualServices[].routes, or name the route in"
                    + " git"))
        .toList();
  }

  private static int[] chosen(LiveVirtualService vs, List<String> names, ServiceHost service) {
    return vs.indexes()
        .filter(i ->
            names.isEmpty() ? vs.sendsTo(service, vs.route(i)) : names.contains(vs.routeName(i)))
        .toArray();
  }

  private static Problem tcpOrTls(LiveVirtualService vs) {
    return new Problem(
        "RouteUnsupported",
        "VirtualService %s sends tcp or tls traffic, whose open connections stay where they are"
                .formatted(vs.name())
            + " when weights move: only http routes can carry a canary; terminate TLS at the"
            + " gateway, or send that traffic to another Service");
  }

  private static Optional<String> whyNot(LiveVirtualService vs, int index, ServiceHost service) {
    JsonNode route = vs.route(index);
    if (route.isEmpty()) {
      return Optional.of(
          vs.http().path(index).has("delegate")
              ? "delegates: name the route of the VirtualService that it delegates to"
              : "has no destinations (a redirect or a direct response): name a route that has");
    }
    var hosts = new LinkedHashSet<String>();
    route.forEach(entry -> hosts.add(LiveVirtualService.host(entry)));
    if (hosts.size() > 1) {
      return Optional.of(
          "sends to several destinations (%s): give the canary a route with one destination"
              .formatted(String.join(", ", hosts)));
    }
    if (Split.merged(route).size() > 1) {
      return Optional.of(
          "is weighted already: leave one destination in git, Palinode makes two of it during a"
              + " rollout only");
    }
    var host = hosts.getFirst();
    return service.isMeantBy(host, vs.name().namespace())
        ? Optional.empty()
        : Optional.of(
            "sends to %s, not to Service %s: name routes that send to the guarded Service, or write"
                    .formatted(host, service.name())
                + " the host as "
                + service.qualified());
  }

  private static String label(LiveVirtualService vs, int index) {
    var name = vs.routeName(index);
    return "http route %s of VirtualService %s"
        .formatted(name.isEmpty() ? "#" + index : "'" + name + "'", vs.name());
  }
}
