package dev.palinode.gitwriter.plan;

import dev.palinode.crds.RevertSpec.ObjectRef;
import java.util.List;

/** The objects with pods that a folder yields: what can be put back at all. */
public final class Workloads {
  private Workloads() {}

  /**
   * @param path folder of an app, relative to the root
   * @return with the names that they have in the cluster; namespace "" where the repository says
   *     none
   */
  public static List<ObjectRef> of(Tree tree, String path) {
    return Layout.read(tree, TreePath.normal(path), new Manifests()).objects().stream()
        .filter(placed -> References.template(placed.model()) != null)
        .filter(placed ->
            !Model.list(References.template(placed.model()), "spec", "containers").isEmpty())
        .map(placed ->
            new ObjectRef(
                Model.text(placed.model(), "apiVersion").orElse(""),
                placed.kind(),
                placed.namespace().orElse(""),
                placed.name()))
        .distinct()
        .toList();
  }
}
