package dev.palinode.controller.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.palinode.gitwriter.audit.Answer;
import dev.palinode.gitwriter.audit.Audit;
import dev.palinode.gitwriter.audit.Rules;
import dev.palinode.gitwriter.audit.Verdict;
import dev.palinode.gitwriter.jgit.HermeticSystemReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Proves every commit of ours in a repository, or says what is wrong with it. */
@Command(
    name = "verify",
    description = "Proves that every commit of ours only restores, or says which does not and why.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Exit codes: 0 all fine; 1 findings; 2 usage, or no such repository or commit; 3 no commit"
          + " of",
      "ours in the range."
    })
final class VerifyCommand implements Callable<Integer> {
  enum Output {
    table,
    json
  }

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "REPO", description = "a directory, bare or not")
  private Path repository = Path.of(".");

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "RANGE",
      description = "a branch or commit (its whole first-parent line), or a..b; default: HEAD")
  private String range = "";

  @Option(
      names = "--allowed-signers",
      paramLabel = "FILE",
      description = "every commit of ours must be signed by a key of this OpenSSH file")
  private @Nullable Path allowedSigners;

  @Option(
      names = "--author",
      paramLabel = "EMAIL",
      description = "who writes commits of ours; nobody else may, and this author nothing else")
  private @Nullable String author;

  @Option(
      names = "--path",
      paramLabel = "PATH",
      description =
          "folder or file that commits of ours may change; repeatable; default: the app's")
  private List<String> paths = List.of();

  @Option(names = "--only-ours", description = "a commit that is not ours is a finding")
  private boolean onlyOurs;

  @Option(
      names = {"-o", "--output"},
      description = "${COMPLETION-CANDIDATES}; default: table")
  private Output output = Output.table;

  @Override
  public Integer call() throws JsonProcessingException {
    HermeticSystemReader.install();
    Rules rules =
        new Rules(
            Optional.ofNullable(allowedSigners), Optional.ofNullable(author), paths, onlyOurs);
    return switch (Audit.of(repository, range, rules, System.getenv())) {
      case Answer.Unreadable(var problem) -> {
        spec.commandLine().getErr().println(problem);
        yield ExitCode.USAGE;
      }
      case Answer.Looked looked -> {
        print(looked);
        yield looked.verdicts().isEmpty()
            ? ExitCode.NOTHING
            : looked.isFine() ? ExitCode.DONE : ExitCode.NEGATIVE;
      }
    };
  }

  private void print(Answer.Looked looked) throws JsonProcessingException {
    PrintWriter out = spec.commandLine().getOut();
    switch (output) {
      case json -> out.println(json(looked));
      case table -> table(looked, out);
    }
  }

  private static void table(Answer.Looked looked, PrintWriter out) {
    int width = looked.verdicts().stream().mapToInt(v -> v.target().length()).max().orElse(0);
    String format = "%-12s  %-" + Math.clamp(width, 1, 80) + "s  %-7s  %s%n";
    for (Verdict verdict : looked.verdicts()) {
      out.printf(
          format,
          verdict.commit().substring(0, 12),
          printable(verdict.target()),
          verdict.isFine() ? "fine" : "FINDING",
          printable(String.join("; ", verdict.findings())));
    }
    long wrong = looked.verdicts().stream().filter(v -> !v.isFine()).count();
    out.printf(
        "%d of %d commits are ours, %d with findings%n",
        looked.verdicts().size(), looked.commits(), wrong);
  }

  /** A forged commit must not write to the terminal. */
  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  private static String json(Answer.Looked looked) throws JsonProcessingException {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("commits", looked.commits());
    all.put("fine", looked.isFine());
    all.put("ours", looked.verdicts());
    return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(all);
  }
}
