package dev.palinode.crds;

import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The CustomResourceDefinitions of the four kinds, generated from their records. */
final class CrdYaml {
  static final List<Class<? extends CustomResource<?, ?>>> KINDS =
      List.of(Canary.class, AnalysisTemplate.class, GitTarget.class, Revert.class);

  private static final String HEADER =
      "# Generated from the records of module crds. To change it, change them and run\n"
          + "#   "
          + GeneratedFiles.COMMAND
          + "\n";

  private CrdYaml() {}

  /**
   * YAML by file name; the generator's own output is left in {@code folder}.
   *
   * @param sources where the records' own comments are read, which become descriptions
   */
  static SortedMap<String, String> generate(Path folder, Path sources) throws IOException {
    Files.createDirectories(folder);
    CrdRefinement refinement = new CrdRefinement(new Docstrings(sources));
    new CRDGenerator()
        .customResourceClasses(List.copyOf(KINDS))
        .forCRDVersions("v1")
        .withMinQuotes(true)
        .withPostProcessor(
            new CRDPostProcessor() {
              @Override
              public HasMetadata process(HasMetadata crd, String version) {
                return refinement.refine((CustomResourceDefinition) crd);
              }
            })
        .inOutputDir(folder.toFile())
        .generate();
    SortedMap<String, String> files = new TreeMap<>();
    for (Class<? extends CustomResource<?, ?>> kind : KINDS) {
      String name = CustomResource.getCRDName(kind);
      String yaml = Files.readString(folder.resolve(name + "-v1.yml"));
      files.put(
          HasMetadata.getPlural(kind) + ".yaml", HEADER + yaml.substring(yaml.indexOf('\n') + 1));
    }
    return files;
  }
}
