package dev.palinode.gitwriter.plan;

import dev.palinode.crds.GitTargetSpec.Grant;
import dev.palinode.gitwriter.Intent;
import java.util.List;

/** Which paths an intent may change. No grant, no path. */
public record Grants(List<String> folders) {

  public static Grants of(Intent intent) {
    return new Grants(
        intent.grants().stream()
            .filter(g -> g.cluster() == null || g.cluster().equals(intent.cluster()))
            .filter(g -> g.namespaces().contains(intent.object().namespace()))
            .map(Grant::paths)
            .flatMap(List::stream)
            .filter(p -> !p.isBlank())
            .map(Grants::folder)
            .filter(p -> TreePath.problem(p).isEmpty())
            .toList());
  }

  private static String folder(String path) {
    return path.strip().equals("/") ? "" : TreePath.normal(path);
  }

  /** True if {@code path} is one of the granted folders or below one. */
  public boolean allow(String path) {
    return folders.stream().anyMatch(folder -> TreePath.isInside(path, folder));
  }
}
