package dev.palinode.gitwriter.jgit;

import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.CredentialSource;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Restoration;
import dev.palinode.gitwriter.RestoreBranches;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.plan.Tree;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Branches of ours through JGit. Its mirrors are its own: a repository that takes proposals rarely
 * takes direct commits as well, and neither then waits for the other.
 */
public final class JGitRestoreBranches implements RestoreBranches {
  private final CredentialSource credentials;
  private final InstantSource clock;
  private final JGitBranchRemote remote;
  private final Mirrors mirrors;

  /**
   * @param settings of the writer beside it; the mirrors go into a folder below its own
   */
  public JGitRestoreBranches(
      JGitWriter.Settings settings, CredentialSource credentials, InstantSource clock) {
    HermeticSystemReader.install();
    this.credentials = credentials;
    this.clock = clock;
    this.remote = new JGitBranchRemote(settings.stall(), settings.transfer());
    this.mirrors =
        new Mirrors(
            settings.store().resolve("proposals"),
            settings.incarnation(),
            GitWriterListener.SILENT);
  }

  @Override
  public Restoration restore(Intent intent, Request request) {
    Optional<String> problem =
        new dev.palinode.gitwriter.Repository(intent.repository().url(), request.branch())
            .problem();
    if (problem.isPresent()) {
      return settled(new WriteOutcome.Blocked(BlockReason.BadIntent, problem.get()));
    }
    Optional<WriteOutcome> refusal = JGitWriter.refusal(intent);
    if (refusal.isPresent()) {
      return settled(refusal.get());
    }
    return switch (credentials.forRepository(intent.repository())) {
      case Observed.Known<Credentials>(var found) -> restore(intent, request, found);
      case Observed.Missing<Credentials> _ ->
          settled(
              new WriteOutcome.Blocked(
                  BlockReason.Credentials,
                  "there are no credentials for "
                      + intent.repository()
                      + ": create the Secret of credentialsRef"));
      case Observed.Unreadable<Credentials>(var reason) ->
          settled(new WriteOutcome.Unreachable("the credentials could not be read: " + reason));
    };
  }

  private Restoration restore(Intent intent, Request request, Credentials found) {
    Proposal proposal = new Proposal(intent, request, found, remote, clock.instant());
    try {
      return mirrors.of(intent.repository()).use(proposal::onStore);
    } catch (Tree.TooLarge e) {
      return settled(
          new WriteOutcome.Blocked(BlockReason.CannotMap, String.valueOf(e.getMessage())));
    } catch (StoreFault e) {
      return settled(
          new WriteOutcome.Blocked(
              BlockReason.StoreBroken, found.scrub(String.valueOf(e.getMessage()))));
    }
  }

  private static Restoration settled(WriteOutcome outcome) {
    return new Restoration.Settled(outcome);
  }

  @Override
  public void close() {
    mirrors.close();
  }
}
