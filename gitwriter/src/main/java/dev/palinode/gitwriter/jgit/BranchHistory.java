package dev.palinode.gitwriter.jgit;

import dev.palinode.crds.Observed;
import dev.palinode.crds.RevertSpec;
import dev.palinode.gitwriter.CredentialSource;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.GitHistory;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.plan.Tree;
import dev.palinode.gitwriter.plan.TreePath;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevWalk;

/** Answers questions about a branch from a fresh fetch. Any number at once, beside the writing. */
final class BranchHistory implements GitHistory {
  private final Mirrors mirrors;
  private final Remote remote;
  private final CredentialSource credentials;

  BranchHistory(Mirrors mirrors, Remote remote, CredentialSource credentials) {
    this.mirrors = mirrors;
    this.remote = remote;
    this.credentials = credentials;
  }

  @Override
  public Observed<String> revisionOf(
      Repository repository, String path, RevertSpec.ObjectRef object, Map<String, String> images) {
    String folder = TreePath.normal(path);
    Optional<String> problem = TreePath.problem(folder);
    if (problem.isPresent()) {
      return Observed.unreadable(problem.get());
    }
    return look(
        repository,
        line ->
            new RevisionFinder(line, folder, object)
                .newestCarrying(line.tip(), images)
                .map(c -> Observed.known(c.name()))
                .orElseGet(Observed::missing));
  }

  @Override
  public Observed<String> tipOf(Repository repository) {
    return look(repository, line -> Observed.known(line.tip().name()));
  }

  private interface Question {
    Observed<String> of(FirstParents line) throws IOException;
  }

  private Observed<String> look(Repository repository, Question question) {
    Optional<String> problem = repository.problem();
    if (problem.isPresent()) {
      return Observed.unreadable(problem.get());
    }
    return switch (credentials.forRepository(repository)) {
      case Observed.Known<Credentials>(var found) -> look(repository, found, question);
      case Observed.Missing<Credentials> _ ->
          Observed.unreadable("there are no credentials for " + repository);
      case Observed.Unreadable<Credentials>(var reason) -> Observed.unreadable(reason);
    };
  }

  private Observed<String> look(Repository repository, Credentials found, Question question) {
    try {
      return mirrors
          .of(repository)
          .use(store ->
              switch (remote.fetch(store, repository, found)) {
                case Remote.Fetched.Tip(var tip) -> ask(store, tip, question);
                case Remote.Fetched.Failed(var outcome) -> Observed.unreadable(why(outcome));
              });
    } catch (Tree.TooLarge e) {
      return Observed.unreadable(String.valueOf(e.getMessage()));
    } catch (StoreFault e) {
      return Observed.unreadable(found.scrub(String.valueOf(e.getMessage())));
    }
  }

  private static Observed<String> ask(
      org.eclipse.jgit.lib.Repository store, ObjectId tip, Question question) throws IOException {
    try (RevWalk walk = new RevWalk(store)) {
      return question.of(new FirstParents(walk, tip));
    }
  }

  private static String why(WriteOutcome outcome) {
    return switch (outcome) {
      case WriteOutcome.Blocked(_, var message) -> message;
      case WriteOutcome.Unreachable(var message) -> message;
      case WriteOutcome.Refused(var message) -> message;
      case WriteOutcome.Superseded(var message) -> message;
      case WriteOutcome.Contended(var message, _) -> message;
      case WriteOutcome.AlreadyThere _, WriteOutcome.Committed _ -> "";
    };
  }
}
