package dev.palinode.testbed.mesh;

import dev.palinode.testbed.mesh.MeshConfig.DestinationRule;
import dev.palinode.testbed.mesh.MeshConfig.Name;
import dev.palinode.testbed.mesh.MeshConfig.Service;
import dev.palinode.testbed.mesh.MeshConfig.Subset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which DestinationRule a service has for one client, after istiod's merging.
 *
 * <p>Three places are asked in turn, and the first that has any rule for the host answers alone:
 * the client's namespace, the service's, the root namespace. In a place an exact host shadows every
 * wildcard. Rules for the same host merge only with the same exportTo and workloadSelector;
 * otherwise one of them wins whole.
 */
final class RuleMerge {

  /** The outcome: the policy of the whole host, its subsets, and the objects that made it. */
  record Rule(Map<String, Object> trafficPolicy, Map<String, Subset> subsets, List<Name> from) {

    static final Rule NONE = new Rule(Map.of(), Map.of(), List.of());

    /** A subset's own policy replaces the host's field by field. */
    Map<String, Object> policyOf(Subset subset) {
      Map<String, Object> policy = new HashMap<>(trafficPolicy);
      policy.putAll(subset.trafficPolicy());
      return policy;
    }
  }

  private record Kind(Set<String> exportTo, Map<String, String> workloadSelector) {}

  private RuleMerge() {}

  static Rule effective(Collection<DestinationRule> all, Service service, Client client) {
    return effective(MeshConfig.oldestFirst(all), service, client, places(service, client));
  }

  private static Rule effective(
      List<DestinationRule> oldestFirst, Service service, Client client, Set<String> places) {
    for (String place : places) {
      List<DestinationRule> here =
          mostSpecific(
                  oldestFirst.stream().filter(r -> r.name().namespace().equals(place)).toList(),
                  service.host())
              .stream()
              .filter(r -> Hosts.isExported(r.exportTo(), place, client.namespace()))
              .toList();
      Optional<Rule> rule = consolidated(here, client);
      if (rule.isPresent()) {
        return rule.get();
      }
    }
    return Rule.NONE;
  }

  private static Set<String> places(Service service, Client client) {
    return new LinkedHashSet<>(
        List.of(client.namespace(), service.name().namespace(), client.rootNamespace()));
  }

  private static List<DestinationRule> mostSpecific(List<DestinationRule> rules, String host) {
    List<DestinationRule> exact = rules.stream().filter(r -> hostOf(r).equals(host)).toList();
    if (!exact.isEmpty()) {
      return exact;
    }
    Optional<String> longest =
        rules.stream()
            .map(RuleMerge::hostOf)
            .filter(h -> Hosts.covers(h, host))
            .max(Comparator.comparingInt(String::length));
    return longest.stream().flatMap(h -> rules.stream().filter(r -> hostOf(r).equals(h))).toList();
  }

  private static String hostOf(DestinationRule rule) {
    return Hosts.fqdn(rule.host(), rule.name().namespace());
  }

  /** A rule that selects this client wins; among the others the newest group wins whole. */
  private static Optional<Rule> consolidated(List<DestinationRule> oldestFirst, Client client) {
    Map<Kind, Rule> groups = new LinkedHashMap<>();
    for (DestinationRule rule : oldestFirst) {
      Kind kind = new Kind(rule.exportTo(), rule.workloadSelector());
      groups.put(kind, merged(groups.getOrDefault(kind, Rule.NONE), rule));
    }
    Optional<Rule> answer = Optional.empty();
    for (Map.Entry<Kind, Rule> group : groups.entrySet()) {
      Map<String, String> selector = group.getKey().workloadSelector();
      if (selector.isEmpty()) {
        answer = Optional.of(group.getValue());
      } else if (client.labels().entrySet().containsAll(selector.entrySet())) {
        return Optional.of(group.getValue());
      }
    }
    return answer;
  }

  /** The older object keeps its policy and its subsets; the newer one only adds what is missing. */
  private static Rule merged(Rule older, DestinationRule newer) {
    Map<String, Subset> subsets = new LinkedHashMap<>(older.subsets());
    newer.subsets().forEach(s -> subsets.putIfAbsent(s.name(), s));
    List<Name> from = new ArrayList<>(older.from());
    from.add(newer.name());
    return new Rule(
        older.trafficPolicy().isEmpty() ? newer.trafficPolicy() : older.trafficPolicy(),
        subsets,
        from);
  }
}
