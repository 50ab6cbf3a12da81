package dev.palinode.testbed;

import java.util.Locale;

/**
 * Who may speak to the API server, each by a static token.
 *
 * <p>{@code PALINODE} carries the name and groups of the product's service account and nothing
 * else: it can do exactly what the installed roles grant.
 */
public enum Account {
  ADMIN("admin", "system:masters"),
  PALINODE(
      "system:serviceaccount:palinode-system:palinode",
      "system:serviceaccounts",
      "system:serviceaccounts:palinode-system"),
  FLUX("flux", "system:masters"),
  CONTROLLER_MANAGER("system:kube-controller-manager", "system:masters"),
  SCHEDULER("system:kube-scheduler", "system:masters"),
  KUBELET("system:kwok", "system:masters");

  private final String user;
  private final String groups;

  Account(String user, String... groups) {
    this.user = user;
    this.groups = String.join(",", groups);
  }

  /** The user's name as the API server and its audit log know it. */
  public String user() {
    return user;
  }

  String token() {
    return "testbed-" + fileName();
  }

  String fileName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  String tokenFileLine() {
    return "%s,%s,%s,\"%s\"".formatted(token(), user, fileName(), groups);
  }
}
