package dev.palinode.controller.istio;

import com.fasterxml.jackson.databind.JsonNode;
import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.decide.Route;
import dev.palinode.controller.decide.Route.Rule;
import dev.palinode.controller.decide.World.Problem;
import dev.palinode.controller.ports.Outcome;
import dev.palinode.controller.ports.RouteKey;
import dev.palinode.controller.ports.TrafficRouter;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import dev.palinode.crds.Weight;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
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
        case Effect.OpenRoute() -> edit(istio, key, Optional.empty());
        case Effect.SetWeight(var weight) ->
            edit(weight.isZero() ? urgent : istio, key, Optional.of(weight));
        case Effect.RestoreRoute() -> restore(key);
        case Effect.WriteRule() -> writeRule(key);
        case Effect.DeleteRule() -> {
          deleteRules(istio, key.canary());
          yield Outcome.DONE;
        }
      };
    } catch (KubernetesClientException e) {
      return ServerAnswer.outcome(e);
    }
  }

  /**
   * To zero, what can be written is written despite problems: traffic that can be taken away must
   * not wait for a route that cannot be found.
   *
   * @param weight empty: only remember git's text
   */
  private static Outcome edit(IstioObjects api, RouteKey key, Optional<Weight> weight) {
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
    if (outcomes.isEmpty() || weight.filter(Weight::isZero).isPresent()) {
      for (var bound : reading.routes()) {
        bound
            .live()
            .filter(reading::mayMove)
            .ifPresent(vs -> {
              var chosen = reading.choice(bound, vs).map(RouteChoice::indexes).orElse(List.of());
              var edit = new VirtualServiceEdit(vs, key.canary());
              var patch =
                  weight
                      .map(w -> edit.split(chosen, service, w))
                      .orElseGet(() -> edit.open(chosen, service));
              outcomes.add(write(api, vs, patch, written -> isAt(written, chosen, weight)));
            });
      }
    }
    return worst(outcomes);
  }

  private static boolean isAt(
      LiveVirtualService vs, List<Integer> chosen, Optional<Weight> weight) {
    return weight.isEmpty()
        || chosen.stream().allMatch(i -> Split.share(vs.route(i)).equals(weight));
  }

  /** Done only if the API server answers with what was wanted: effects after this rest on it. */
  private static Outcome write(
      IstioObjects api, LiveVirtualService vs, JsonPatch patch, Predicate<LiveVirtualService> as) {
    if (patch.isEmpty()) {
      return Outcome.DONE;
    }
    try {
      return as.test(api.patch(vs.name(), patch))
          ? Outcome.DONE
          : new Outcome.Again(
              "VirtualService %s was changed on its way into the API server: look at the admission"
                      .formatted(vs.name())
                  + " webhooks for VirtualServices");
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
        .forEach(vs -> outcomes.add(restore(istio, key.canary(), vs)));
    return worst(outcomes);
  }

  /** Puts one VirtualService back, if it is still as it was read. */
  static Outcome restore(IstioObjects istio, ObjectName canary, LiveVirtualService vs) {
    try {
      var owners = vs.snapshot(canary).map(Snapshot::owners).orElse(List.of());
      var text = new VirtualServiceEdit(vs, canary).restore();
      var restored = text.isEmpty() ? vs : istio.patch(vs.name(), text);
      var ownership = new VirtualServiceEdit(restored, canary).handBack(owners);
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

  /** Deletes every DestinationRule of ours for this Canary. */
  static void deleteRules(IstioObjects istio, ObjectName canary) {
    istio.rules(Set.of(canary.namespace())).stream()
        .filter(rule -> DestinationRuleEdit.isOurs(rule, canary))
        .forEach(rule -> istio.deleteRule(DestinationRuleEdit.name(rule)));
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
