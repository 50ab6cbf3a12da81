package dev.palinode.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The product as its own tree has it: what is installed into a cluster, and the program's jar. */
public final class Product {
  private static final List<String> INSTALLED =
      List.of(
          "crds/canaries.yaml",
          "crds/analysistemplates.yaml",
          "crds/gittargets.yaml",
          "crds/reverts.yaml",
          "crds/revert-namespace.yaml",
          "base/namespace.yaml",
          "base/serviceaccount.yaml",
          "base/controller-rbac.yaml",
          "base/writer-rbac.yaml",
          "base/lease-rbac.yaml",
          "base/hold-guard.yaml");

  private Product() {}

  /** The program's rights, kinds and guards, exactly as {@code deploy/} has them. */
  public static void install(Testbed testbed) {
    for (String file : INSTALLED) {
      testbed.controlPlane().apply(root().resolve("deploy").resolve(file));
    }
  }

  /**
   * The top of the source tree: where the system property {@code palinode.root} points to, else
   * found from the working folder; tests run in a module's folder below it.
   */
  public static Path root() {
    Path folder = Path.of(System.getProperty("palinode.root", "")).toAbsolutePath();
    while (folder != null && !Files.exists(folder.resolve("deploy/base/kustomization.yaml"))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new IllegalStateException("run this inside the source tree of Palinode");
    }
    return folder;
  }

  /** How the installation runs its Java. */
  static List<String> javaOptions() {
    Path deployment = root().resolve("deploy/base/deployment.yaml");
    try {
      List<String> lines = Files.readAllLines(deployment);
      int at = lines.indexOf("        - name: JAVA_TOOL_OPTIONS");
      if (at < 0) {
        throw new IllegalStateException(deployment + " sets no JAVA_TOOL_OPTIONS");
      }
      String value = lines.get(at + 1).strip().substring("value: ".length());
      return List.of(value.split(" ", -1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The whole program in one file. */
  public static Path jar() {
    try (var jars = Files.list(root().resolve("controller").resolve("target"))) {
      return jars.filter(j -> j.getFileName().toString().endsWith("-exec.jar"))
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("build it: mvn -pl controller -am package"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
