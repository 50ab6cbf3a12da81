package dev.palinode.controller.app;

import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.audit.Answer;
import dev.palinode.gitwriter.audit.Audit;
import dev.palinode.gitwriter.audit.Rules;
import dev.palinode.gitwriter.jgit.Doctor;
import dev.palinode.gitwriter.jgit.Doctor.Check;
import dev.palinode.gitwriter.jgit.Doctor.Level;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** One screen on whether the writer can work in a repository. */
@Command(
    name = "doctor",
    description = "Looks at a repository as the writer would meet it, and says what to fix.",
    mixinStandardHelpOptions = true,
    footer = {"", "Exit codes: 0 nothing to fix; 1 something to fix; 2 usage."})
final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "DIR|URL", description = "the repository")
  private String repo = "";

  @Option(names = "--branch", paramLabel = "B", description = "default: main")
  private String branch = "main";

  @Option(names = "--probe", description = "also pushes a scratch branch and deletes it")
  private boolean probe;

  @Option(
      names = "--allowed-signers",
      paramLabel = "FILE",
      description = "commits of ours must be signed by a key of this OpenSSH file")
  private @Nullable Path allowedSigners;

  @Mixin private GitLogin login = new GitLogin();

  @Override
  public Integer call() throws IOException {
    List<Check> checks = new ArrayList<>();
    switch (login.read(System.getenv())) {
      case GitLogin.Read.Wrong(var problem) -> checks.add(new Check("keys", Level.broken, problem));
      case GitLogin.Read.Usable(var credentials) -> {
        checks.add(keys(credentials));
        Path folder = Files.createTempDirectory("palinode-doctor");
        Path mirror = folder.resolve("mirror.git");
        Repository repository = new Repository(GitLogin.url(repo), branch);
        Doctor.Examined examined = new Doctor(repository, credentials, mirror, probe).examine();
        checks.addAll(examined.checks());
        examined.tip().map(tip -> ours(mirror, tip)).ifPresent(checks::add);
        GitLogin.delete(folder);
      }
    }
    return print(checks);
  }

  private Check keys(Credentials credentials) {
    return new Check(
        "keys",
        Level.fine,
        credentials + (login.isSigning() ? "; the signing key signs" : "; commits are not signed"));
  }

  private Check ours(Path mirror, String tip) {
    Rules rules =
        new Rules(Optional.ofNullable(allowedSigners), Optional.empty(), List.of(), false);
    return switch (Audit.of(mirror, tip, rules, Map.of())) {
      case Answer.Unreadable(var problem) -> new Check("our commits", Level.broken, problem);
      case Answer.Looked looked when looked.isFine() ->
          new Check(
              "our commits",
              Level.fine,
              "%d of %d, all proven".formatted(looked.verdicts().size(), looked.commits()));
      case Answer.Looked looked -> {
        long wrong = looked.verdicts().stream().filter(v -> !v.isFine()).count();
        yield new Check(
            "our commits", Level.broken, wrong + " pass for ours and are not: see palinode verify");
      }
    };
  }

  private int print(List<Check> checks) {
    PrintWriter out = spec.commandLine().getOut();
    for (Check check : checks) {
      String word =
          switch (check.level()) {
            case fine -> "ok";
            case note -> "note";
            case broken -> "FIX";
          };
      out.printf("%-5s %-12s %s%n", word, check.name(), check.message());
    }
    long broken = checks.stream().filter(c -> c.level() == Level.broken).count();
    out.println(broken == 0 ? "nothing to fix" : broken + " to fix");
    return broken == 0 ? ExitCode.DONE : ExitCode.NEGATIVE;
  }
}
