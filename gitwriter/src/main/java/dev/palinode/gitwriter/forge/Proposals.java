package dev.palinode.gitwriter.forge;

import dev.palinode.crds.GitTargetSpec;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.WriteOutcome;
import java.util.Optional;

/** Carries intents out by proposing them to people. */
@FunctionalInterface
public interface Proposals {
  /** Of a writer that only commits. */
  Proposals NONE =
      (_, _) ->
          new PullRequestOutcome.Settled(
              Optional.empty(),
              new WriteOutcome.Blocked(
                  BlockReason.BadIntent, "this writer opens no pull requests, it only commits"));

  /** Looks where the pull request of an intent stands and does what is next. */
  PullRequestOutcome round(Intent intent, GitTargetSpec.PullRequest wanted);
}
