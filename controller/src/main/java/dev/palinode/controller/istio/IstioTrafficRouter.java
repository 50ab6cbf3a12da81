package dev.palinode.controller.istio;

import com.fasterxml.jackson.databind.JsonNode;
import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.decide.Route;
import dev.palinode.controller.decide.Route.Rule;
import dev.palinode.controller.decide.World.Problem;
import dev.palinode.controller.ports.Outcome;
import dev.palinode.controller.ports.RouteKey;
import dev.palinode.controller.ports.TrafficRouter;
import dev.palinode.crds.Observed;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Splits the team's own VirtualServices in place and keeps a DestinationRule of ours beside theirs.
 * It remembers nothing: every call looks at the API server first, writes only what differs from the
 * state wanted, and only on the version that it looked at.
 */
public final class IstioTrafficRouter implements TrafficRouter {
  private final IstioObjects istio;
  private final IstioObjects urgent;
  private final String rootNamespace;

  /**
   * @param client for all but taking traffic away
   * @param urgent for that: it must not queue behind anything
   */
  public IstioTrafficRouter(KubernetesClient client, KubernetesClient urgent) {
    this(client, urgent, "istio-system");
  }

  /**
   * @param rootNamespace the mesh's, whose DestinationRules hold for every namespace
   */
  public IstioTrafficRouter(
      KubernetesClient client, KubernetesClient urgent, String rootNamespace) {
    this.istio = new IstioObjects(client);
    this.urgent = new IstioObjects(urgent);
    this.rootNamespace = rootNamespace;
  }

  @Override
  public Observed<Route> read(RouteKey key) {
    try {
      var reading = RouteReading.of(istio, key);
      var unreadable = reading.unreadable();
      if (unreadable.isPresent()) {
        return Observed.unreadable(unreadable.get());
      }
      if (reading.live().findAny().isEmpty()) {
        return Observed.missing();
      }
      var service = reading.service().known();
      var rule = service.map(host -> rule(reading, host));
      return Observed.known(
          new Route(
              service.map(ServiceHost::name).orElse(""),
              reading.snapshots(),
              reading.share(),
              reading.isClean(),
              rule.map(r -> state(key, r)).orElseGet(() -> leftover(key, ownRules(key))),
              rule.flatMap(DestinationRuleEdit::conflict)));
    } catch (KubernetesClientException e) {
      return Observed.unreadable(ServerAnswer.words(e));
    }
  }

  @Override
  public List<Problem> problems(RouteKey key) {
    try {
      return RouteReading.of(istio, key).problems();
    } catch (KubernetesClientException e) {
      return List.of(new Problem("RouteUnreadable", ServerAnswer.words(e)));
    }
  }

  @Override
  public Outcome apply(RouteKey key, Effect.OnRoute effect) {
    try {
      return switch (effect) {
        case Effect.OpenRoute() ->
            edit(istio, key, false, (edit, chosen, service) -> edit.open(chosen, service));
        case Effect.SetWeight(var weight) ->
            edit(
                weight.isZero() ? urgent : istio,
                key,
                weight.isZero(),
                (edit, chosen, service) -> edit.split(chosen, service, weight));
        case Effect.RestoreRoute() -> restore(key);
        case Effect.WriteRule() -> writeRule(key);
        case Effect.DeleteRule() -> deleteRules(key);
      };
    } catch (KubernetesClientException e) {
      return ServerAnswer.outcome(e);
    }
  }

  private interface Edit {
    JsonPatch patch(VirtualServiceEdit edit, List<Integer> chosen, String service);
  }

  /**
   * @param despiteProblems what can be written is written all the same: traffic that can be taken
   *     away must not wait for a route that cannot be found
   */
  private static Outcome edit(IstioObjects api, RouteKey key, boolean despiteProblems, Edit edit) {
    var reading = RouteReading.of(api, key);
    var service = reading.service().known().map(ServiceHost::name).orElse("");
    var outcomes = new ArrayList<Outcome>();
    reading.unreadable().ifPresent(reason -> outcomes.add(new Outcome.Again(reason)));
    var problems = reading.problems();
    if (outcomes.isEmpty() && !problems.isEmpty()) {
      outcomes.add(
          new Outcome.Refused(
              problems.stream().map(Problem::message).collect(Collectors.joining("; "))));
    }
    if (outcomes.isEmpty() || despiteProblems) {
      for (var bound : reading.routes()) {
        bound
            .live()
            .filter(reading::mayMove)
            .ifPresent(vs -> {
              var chosen = reading.choice(bound, vs).map(RouteChoice::indexes);
              var patch =
                  edit.patch(
                      new VirtualServiceEdit(vs, key.canary()), chosen.orElse(List.of()), service);
              outcomes.add(write(api, vs, patch));
            });
      }
    }
    return worst(outcomes);
  }

  private static Outcome write(IstioObjects api, LiveVirtualService vs, JsonPatch patch) {
    if (patch.isEmpty()) {
      return Outcome.DONE;
    }
    try {
      api.patch(vs.name(), patch);
      return Outcome.DONE;
    } catch (KubernetesClientException e) {
      return ServerAnswer.outcome(e);
    }
  }

  private Outcome restore(RouteKey key) {
    var reading = RouteReading.of(istio, key);
    var outcomes = new ArrayList<Outcome>();
    reading.unreadable().ifPresent(reason -> outcomes.add(new Outcome.Again(reason)));
    reading
        .live()
        .filter(vs -> vs.takenBy(key.canary()).isEmpty())
        .forEach(vs -> outcomes.add(restore(key, vs)));
    return worst(outcomes);
  }

  private Outcome restore(RouteKey key, LiveVirtualService vs) {
    try {
      var owners = vs.snapshot(key.canary()).map(Snapshot::owners).orElse(List.of());
      var text = new VirtualServiceEdit(vs, key.canary()).restore();
      var restored = text.isEmpty() ? vs : istio.patch(vs.name(), text);
      var ownership = new VirtualServiceEdit(restored, key.canary()).handBack(owners);
      if (!ownership.isEmpty()) {
        istio.patch(vs.name(), ownership);
      }
      return Outcome.DONE;
    } catch (KubernetesClientException e) {
      return ServerAnswer.isNotFound(e) ? Outcome.DONE : ServerAnswer.outcome(e);
    }
  }

  private Outcome writeRule(RouteKey key) {
    var reading = RouteReading.of(istio, key);
    var unreadable = reading.unreadable();
    if (unreadable.isPresent()) {
      return new Outcome.Again(unreadable.get());
    }
    return switch (reading.service()) {
      case TargetService.Unknown(var problem) -> new Outcome.Refused(problem.message());
      case TargetService.Found(var host) -> writeRule(key, rule(reading, host));
    };
  }

  private Outcome writeRule(RouteKey key, DestinationRuleEdit rule) {
    var conflict = rule.conflict();
    if (conflict.isPresent()) {
      return new Outcome.Refused(conflict.get());
    }
    if (rule.isUndetermined(key.stableHash(), key.candidateHash())) {
      return new Outcome.Again("the pods that the subsets mean are not known yet");
    }
    var desired = rule.desired(key.stableHash(), key.candidateHash());
    var live = rule.live();
    if (live.isEmpty()) {
      istio.createRule(desired);
    } else if (!rule.isCurrent(live.get(), key.stableHash(), key.candidateHash())) {
      istio.patchRule(
          DestinationRuleEdit.name(desired),
          JsonPatch.at(live.get().path("metadata").path("resourceVersion").asText())
              .add("/metadata/ownerReferences", desired.path("metadata").path("ownerReferences"))
              .replace("/spec", desired.path("spec")));
    }
    return Outcome.DONE;
  }

  private Outcome deleteRules(RouteKey key) {
    ownRules(key).stream()
        .filter(rule -> DestinationRuleEdit.isOurs(rule, key.canary()))
        .forEach(rule -> istio.deleteRule(DestinationRuleEdit.name(rule)));
    return Outcome.DONE;
  }

  private DestinationRuleEdit rule(RouteReading reading, ServiceHost service) {
    var key = reading.key();
    var namespaces = new TreeSet<>(reading.clients());
    namespaces.add(service.namespace());
    namespaces.add(rootNamespace);
    return new DestinationRuleEdit(
        service,
        key.canary(),
        key.canaryUid(),
        istio.rules(namespaces),
        rootNamespace,
        reading.clients());
  }

  private List<JsonNode> ownRules(RouteKey key) {
    return istio.rules(Set.of(key.canary().namespace()));
  }

  private static Rule state(RouteKey key, DestinationRuleEdit rule) {
    Optional<JsonNode> live = rule.live().filter(r -> DestinationRuleEdit.isOurs(r, key.canary()));
    if (live.isEmpty()) {
      return leftover(key, rule.rules());
    }
    // under a conflict nothing better would be written, and taking traffic away must not wait for
    // it
    return rule.isCurrent(live.get(), key.stableHash(), key.candidateHash())
            || rule.conflict().isPresent()
        ? Rule.Current
        : Rule.Stale;
  }

  /** A rule of ours for a Service that the routes send to no more still has to go. */
  private static Rule leftover(RouteKey key, List<JsonNode> rules) {
    return rules.stream().anyMatch(rule -> DestinationRuleEdit.isOurs(rule, key.canary()))
        ? Rule.Stale
        : Rule.Absent;
  }

  /** What keeps one VirtualService from being as wanted keeps the Canary from it. */
  private static Outcome worst(List<Outcome> outcomes) {
    Outcome worst = Outcome.DONE;
    for (var outcome : outcomes) {
      if (outcome instanceof Outcome.Refused) {
        return outcome;
      }
      if (outcome instanceof Outcome.Again) {
        worst = outcome;
      }
    }
    return worst;
  }
}
