package dev.palinode.controller.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.palinode.crds.Problem;
import dev.palinode.crds.SpecProblems;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says everything that is wrong with manifests, without a cluster. */
@Command(
    name = "check",
    description = "Says everything that is wrong with manifests, without a cluster.",
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "YAML with any number of documents; other kinds than ours are passed over")
  private List<Path> files = List.of();

  /** What was found in one file. */
  private record Findings(int ours, List<String> problems) {}

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    int ours = 0;
    int problems = 0;
    for (Path file : files) {
      Findings findings = check(file);
      findings.problems.forEach(p -> out.println(file + ": " + p));
      ours += findings.ours;
      problems += findings.problems.size();
    }
    if (problems > 0) {
      out.println(problems == 1 ? "1 problem" : problems + " problems");
      return ExitCode.NEGATIVE;
    }
    if (ours == 0) {
      out.println(
          "no document of palinode.dev in " + (files.size() == 1 ? "this file" : "these files"));
      return ExitCode.NOTHING;
    }
    out.println(ours == 1 ? "1 document, no problem" : ours + " documents, no problem");
    return ExitCode.DONE;
  }

  private static Findings check(Path file) {
    List<String> problems = new ArrayList<>();
    int ours = 0;
    try {
      int number = 0;
      LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
      for (Object document : new Load(settings).loadAllFromString(Files.readString(file))) {
        number++;
        JsonNode tree = JSON.valueToTree(document);
        if (SpecProblems.covers(tree)) {
          ours++;
          for (Problem problem : SpecProblems.check(tree).problems()) {
            problems.add(name(tree, number) + ": " + problem);
          }
        }
      }
    } catch (NoSuchFileException e) {
      problems.add("there is no such file");
    } catch (MalformedInputException e) {
      problems.add("is no text in UTF-8");
    } catch (IOException e) {
      problems.add("cannot be read: " + e.getMessage());
    } catch (MarkedYamlEngineException e) {
      problems.add("is no YAML" + where(e) + ": " + e.getProblem());
    } catch (YamlEngineException | IllegalArgumentException e) {
      problems.add("is no YAML: " + e.getMessage());
    }
    return new Findings(ours, problems);
  }

  private static String name(JsonNode document, int number) {
    String name = document.path("metadata").path("name").asText();
    return document.path("kind").asText("document")
        + " "
        + (name.isEmpty() ? "in document " + number : name);
  }

  private static String where(MarkedYamlEngineException e) {
    return e.getProblemMark().map(m -> " at line " + (m.getLine() + 1)).orElse("");
  }
}
