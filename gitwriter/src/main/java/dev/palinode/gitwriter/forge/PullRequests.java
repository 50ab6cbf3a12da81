package dev.palinode.gitwriter.forge;

import dev.palinode.crds.GitTargetSpec;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.RestoreBranches;
import dev.palinode.gitwriter.WriteOutcome;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Carries intents out by pull requests, a round at a time. All that a round needs to know is at the
 * host and on the branches; one that was cut off anywhere is simply repeated.
 */
public final class PullRequests implements Proposals, AutoCloseable {
  private static final int ID_CHARS = 8;

  private final RestoreBranches branches;
  private final Forges forges;

  /** Whose reviewers were asked by this process; asking once more after a start does no harm. */
  private final Set<String> asked = ConcurrentHashMap.newKeySet();

  public PullRequests(RestoreBranches branches, Forges forges) {
    this.branches = branches;
    this.forges = forges;
  }

  /** The branch that an intent is proposed from; the same for every repeat. */
  static String branchOf(Intent intent) {
    String id = intent.id();
    return "rollback/%s-%s-%s"
        .formatted(
            intent.object().namespace(),
            intent.object().name(),
            id.substring(0, Math.min(ID_CHARS, id.length())));
  }

  @Override
  public PullRequestOutcome round(Intent intent, GitTargetSpec.PullRequest wanted) {
    return switch (forges.of(intent.repository(), wanted)) {
      case Forges.Found.Usable(var forge) ->
          new PullRequestRound(intent, wanted, forge, branches, asked).run();
      case Forges.Found.Wrong(var message) ->
          new PullRequestOutcome.Settled(
              Optional.empty(), new WriteOutcome.Blocked(BlockReason.RepositoryMissing, message));
    };
  }

  @Override
  public void close() {
    forges.close();
    branches.close();
  }
}
