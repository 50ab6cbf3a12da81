package dev.palinode.crds;

/** Namespace and name of an object whose kind is clear from the context. */
public record ObjectName(String namespace, String name) {
  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
