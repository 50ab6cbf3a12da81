package dev.palinode.controller.istio;

import dev.palinode.controller.decide.World.Problem;
import dev.palinode.controller.ports.RouteKey;
import dev.palinode.crds.Api;
import dev.palinode.crds.Observed;
import dev.palinode.crds.Weight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** All VirtualServices of one Canary at one moment, and what they say together. */
record RouteReading(RouteKey key, List<BoundRoute> routes, TargetService service) {
  RouteReading {
    routes = List.copyOf(routes);
  }

  static RouteReading of(IstioObjects istio, RouteKey key) {
    var routes = istio.routes(key);
    return new RouteReading(
        key, routes, TargetService.of(key, routes, () -> istio.services(key.canary().namespace())));
  }

  Stream<LiveVirtualService> live() {
    return routes.stream().flatMap(bound -> bound.live().stream());
  }

  /** Why one of them could not be looked at. */
  Optional<String> unreadable() {
    for (var bound : routes) {
      if (bound.found() instanceof Observed.Unreadable<LiveVirtualService>(var reason)) {
        return Optional.of("VirtualService %s: %s".formatted(bound.name(), reason));
      }
    }
    return Optional.empty();
  }

  List<Problem> problems() {
    var problems = new ArrayList<Problem>();
    for (var bound : routes) {
      switch (bound.found()) {
        case Observed.Known<LiveVirtualService>(var vs) -> problems.addAll(problems(bound, vs));
        case Observed.Missing<LiveVirtualService> _ ->
            problems.add(
                new Problem(
                    "VirtualServiceMissing",
                    "there is no VirtualService %s: create it, or correct".formatted(bound.name())
                        + " spec.traffic.istio.virtualServices"));
        case Observed.Unreadable<LiveVirtualService>(var reason) ->
            problems.add(new Problem("RouteUnreadable", reason));
      }
    }
    if (problems.isEmpty() && service instanceof TargetService.Unknown(var problem)) {
      problems.add(problem);
    }
    return problems;
  }

  private List<Problem> problems(BoundRoute bound, LiveVirtualService vs) {
    var other = vs.takenBy(key.canary());
    if (other.isPresent()) {
      return List.of(
          new Problem(
              "RouteTaken",
              "the traffic of VirtualService %s is being moved by Canary %s: wait until that is"
                      .formatted(vs.name(), other.get())
                  + " done, or give each Canary a VirtualService of its own"));
    }
    if (!mayMove(vs)) {
      return List.of(
          new Problem(
              "NamespaceNotAllowed",
              "VirtualService %s is of another namespace: annotate it with %s: %s, or use one of"
                      .formatted(
                          vs.name(), Api.ALLOWED_NAMESPACES_ANNOTATION, key.canary().namespace())
                  + " the Canary's own namespace"));
    }
    return choice(bound, vs)
        .map(RouteChoice::problems)
        .orElseGet(() -> RouteChoice.missing(vs, bound.routes()));
  }

  /** A rollout that has begun may end, whatever was forbidden meanwhile. */
  boolean mayMove(LiveVirtualService vs) {
    return vs.snapshot(key.canary()).isPresent()
        || (vs.takenBy(key.canary()).isEmpty() && vs.allows(key.canary().namespace()));
  }

  /** Empty while nobody knows which Service is meant. */
  Optional<RouteChoice> choice(BoundRoute bound, LiveVirtualService vs) {
    return service.known().map(host -> RouteChoice.of(vs, bound.routes(), host));
  }

  /** Git's text by VirtualService; empty unless every one that exists carries it. */
  Map<String, String> snapshots() {
    var snapshots = new LinkedHashMap<String, String>();
    live()
        .filter(vs -> vs.snapshot(key.canary()).isPresent())
        .forEach(vs ->
            vs.annotation(Api.SNAPSHOT_ANNOTATION)
                .ifPresent(text -> snapshots.put(vs.name().toString(), text)));
    return snapshots.size() == live().count() ? snapshots : Map.of();
  }

  /**
   * The candidate's share, if it is the same on every route of every VirtualService. One that was
   * deleted has no say: nobody could ever take traffic away through it.
   */
  Optional<Weight> share() {
    var shares = new TreeSet<Weight>();
    for (var bound : routes) {
      if (bound.found().isMissing()) {
        continue;
      }
      var vs = bound.live().filter(v -> v.takenBy(key.canary()).isEmpty());
      var choice = vs.flatMap(v -> choice(bound, v));
      if (vs.isEmpty() || choice.isEmpty() || !choice.get().problems().isEmpty()) {
        return Optional.empty();
      }
      for (int i : choice.get().indexes()) {
        var share = Split.share(vs.get().route(i));
        if (share.isEmpty()) {
          return Optional.empty();
        }
        shares.add(share.get());
      }
    }
    return shares.size() == 1 ? Optional.of(shares.first()) : Optional.empty();
  }

  /** Nothing of this Canary is on any; what another's rollout put there is not its to clean. */
  boolean isClean() {
    return live().allMatch(vs -> vs.takenBy(key.canary()).isPresent() || vs.isClean());
  }

  /** Where the proxies live that are known to follow the routes. */
  Set<String> clients() {
    var clients = new TreeSet<String>();
    live().forEach(vs -> clients.addAll(vs.clientNamespaces()));
    return clients;
  }
}
