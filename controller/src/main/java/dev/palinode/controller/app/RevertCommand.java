package dev.palinode.controller.app;

import dev.palinode.crds.GitTargetSpec;
import dev.palinode.crds.RevertSpec.ObjectRef;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.jgit.JGitWriter;
import dev.palinode.gitwriter.jgit.RevertByHand;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Puts one app back by hand, as the writer would. */
@Command(
    name = "revert",
    description =
        "Puts one app's files back to an earlier commit, as the writer does for a Revert.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Exit codes: 0 pushed (or shown, with --dry-run); 2 usage; 3 nothing to do, or superseded;",
      "4 somebody's later work is in the way; 5 refused; 6 not reachable in time."
    })
final class RevertCommand implements Callable<Integer> {
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{7,40}");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--repo", required = true, paramLabel = "DIR|URL", description = "the repository")
  private String repo = "";

  @Option(names = "--branch", required = true, paramLabel = "B", description = "the branch")
  private String branch = "";

  @Option(
      names = "--path",
      required = true,
      arity = "1..*",
      paramLabel = "P",
      description = "the app's folder, then more files and folders that belong to it")
  private List<String> paths = List.of();

  @Option(names = "--good", required = true, paramLabel = "SHA", description = "to go back to")
  private String good = "";

  @Option(names = "--bad", required = true, paramLabel = "SHA", description = "what failed")
  private String bad = "";

  @Option(
      names = "--object",
      paramLabel = "KIND/NAMESPACE/NAME",
      description = "what goes back; default: the one Deployment of the folder")
  private @Nullable String object;

  @Option(names = "--why", paramLabel = "TEXT", description = "one line for the commit")
  private String why = "";

  @Option(names = "--dry-run", description = "prints the exact change and pushes nothing")
  private boolean dryRun;

  @Mixin private GitLogin login = new GitLogin();

  @Override
  public Integer call() throws IOException {
    Repository repository = new Repository(GitLogin.url(repo), branch);
    repository
        .problem()
        .ifPresent(problem -> {
          throw usage(problem);
        });
    for (String commit : List.of(good, bad)) {
      if (!COMMIT.matcher(commit).matches()) {
        throw usage("'" + commit + "' is no commit id: give 7 to 40 of its hex digits");
      }
    }
    Map<String, String> environment = System.getenv();
    return switch (login.read(environment)) {
      case GitLogin.Read.Wrong(var problem) -> throw usage(problem);
      case GitLogin.Read.Usable(var credentials) -> {
        Path mirrors = Files.createTempDirectory("palinode-revert");
        try {
          yield submit(repository, credentials, mirrors, environment);
        } finally {
          GitLogin.delete(mirrors);
        }
      }
    };
  }

  private int submit(
      Repository repository,
      Credentials credentials,
      Path mirrors,
      Map<String, String> environment) {
    RevertByHand hand =
        new RevertByHand(JGitWriter.Settings.in(mirrors), credentials, InstantSource.system());
    RevertByHand.Wish wish =
        new RevertByHand.Wish(repository, paths, object(), good, bad, why, author(environment));
    return switch (hand.submit(wish, dryRun)) {
      case RevertByHand.Result.Unclear(var problem) -> throw usage(problem);
      case RevertByHand.Result.Answered answered -> tell(answered);
    };
  }

  private Optional<ObjectRef> object() {
    if (object == null) {
      return Optional.empty();
    }
    String[] parts = object.split("/", -1);
    if (parts.length != 3 || List.of(parts).contains("")) {
      throw usage("--object is kind/namespace/name, as in Deployment/shop/checkout");
    }
    return Optional.of(new ObjectRef("", parts[0], parts[1], parts[2]));
  }

  /** As git names authors in its environment, so that a person's own commit bears their name. */
  private static GitTargetSpec.Author author(Map<String, String> environment) {
    return new GitTargetSpec.Author(
        environment.getOrDefault("GIT_AUTHOR_NAME", "Palinode"),
        environment.getOrDefault("GIT_AUTHOR_EMAIL", "palinode@localhost"));
  }

  private int tell(RevertByHand.Result.Answered answered) {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    WriteOutcome outcome = answered.outcome();
    return switch (outcome) {
      case WriteOutcome.Committed(var commit, var files, _) -> {
        if (dryRun) {
          out.print(answered.diff());
          err.println("would push: " + answered.subject() + " (" + String.join(", ", files) + ")");
        } else {
          out.println(commit + " " + answered.subject());
        }
        yield ExitCode.DONE;
      }
      case WriteOutcome.AlreadyThere(var commit) -> {
        out.println("nothing to do: done already by " + commit);
        yield ExitCode.NOTHING;
      }
      case WriteOutcome.Superseded(var message) -> {
        out.println("nothing to do: " + message);
        yield ExitCode.NOTHING;
      }
      case WriteOutcome.Blocked(var reason, var message) -> {
        err.println(reason + ": " + message);
        yield RevertByHand.isConflict(outcome) ? ExitCode.CONFLICT : ExitCode.REFUSED;
      }
      case WriteOutcome.Refused(var message) -> {
        err.println("refused by the server: " + message);
        yield ExitCode.REFUSED;
      }
      case WriteOutcome.Unreachable(var message) -> {
        err.println(message);
        yield ExitCode.TIMEOUT;
      }
      case WriteOutcome.Contended(var message, _) -> {
        err.println(message + ": run it again");
        yield ExitCode.CONFLICT;
      }
    };
  }

  private ParameterException usage(String problem) {
    return new ParameterException(spec.commandLine(), problem);
  }
}
