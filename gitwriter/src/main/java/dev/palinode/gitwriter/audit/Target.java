package dev.palinode.gitwriter.audit;

import java.util.Optional;

/** The object that a commit says it takes back. */
record Target(String namespace, String kind, String name) {
  /** Reads cluster/namespace/kind/name; a cluster's name may hold slashes of its own. */
  static Optional<Target> of(String text) {
    String[] parts = text.split("/", -1);
    int n = parts.length;
    boolean isWhole =
        n >= 4 && !parts[n - 1].isEmpty() && !parts[n - 2].isEmpty() && !parts[n - 3].isEmpty();
    return isWhole
        ? Optional.of(new Target(parts[n - 3], parts[n - 2], parts[n - 1]))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return kind + " " + namespace + "/" + name;
  }
}
