package dev.palinode.testbed.mesh;

import java.util.List;
import java.util.Set;

/** How Istio reads host names. */
final class Hosts {
  private static final String SUFFIX = ".svc.cluster.local";

  private Hosts() {}

  /** Only a name without a dot is short: {@code foo.shop} in a rule means exactly that. */
  static String fqdn(String host, String namespace) {
    return host.contains(".") || host.contains("*") ? host : host + "." + namespace + SUFFIX;
  }

  /** The names under which a client's Host header may stand in the table, most exact first. */
  static List<String> spellings(String requested) {
    return List.of(requested, requested + SUFFIX, requested + ".cluster.local");
  }

  static boolean isWildcard(String host) {
    return host.startsWith("*");
  }

  static boolean covers(String wildcard, String host) {
    return isWildcard(wildcard) && host.endsWith(wildcard.substring(1));
  }

  static boolean isExported(Set<String> exportTo, String owner, String client) {
    return exportTo.isEmpty()
        || exportTo.contains("*")
        || exportTo.contains(client)
        || (exportTo.contains(".") && owner.equals(client));
  }
}
