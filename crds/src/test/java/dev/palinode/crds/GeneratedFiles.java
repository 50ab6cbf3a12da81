package dev.palinode.crds;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The committed files that are made from this module's classes. */
final class GeneratedFiles {
  /** Brings all of them up to date. */
  static final String COMMAND = "mvn -pl crds -am process-test-classes -Dcrds=write";

  private GeneratedFiles() {}

  /** Text by path from the repository's root. */
  static SortedMap<String, String> texts(Path module) throws IOException {
    SortedMap<String, String> texts = new TreeMap<>();
    CrdYaml.generate(module.resolve("target/crds"), module.resolve("src/main/java"))
        .forEach((name, yaml) -> texts.put("deploy/crds/" + name, yaml));
    texts.put("docs/states.md", StatesPage.text());
    return texts;
  }

  /** Generates, and with {@code write} as the second argument also replaces what is committed. */
  public static void main(String[] args) throws IOException {
    Path module = Path.of(args[0]);
    for (Map.Entry<String, String> file : texts(module).entrySet()) {
      if (args[1].equals("write")) {
        Path committed = module.resolve("..").resolve(file.getKey());
        Files.createDirectories(committed.getParent());
        Files.writeString(committed, file.getValue());
      }
    }
  }
}
