package dev.palinode.gitwriter.forge;

import dev.palinode.crds.GitTargetSpec;
import dev.palinode.gitwriter.Repository;

/** The host of a repository's pull requests. */
public interface Forges extends AutoCloseable {
  /** Found, or not with these settings. */
  sealed interface Found {
    record Usable(Forge forge) implements Found {}

    /** A sentence for the owner of the GitTarget. */
    record Wrong(String message) implements Found {}
  }

  Found of(Repository repository, GitTargetSpec.PullRequest wanted);

  @Override
  void close();
}
