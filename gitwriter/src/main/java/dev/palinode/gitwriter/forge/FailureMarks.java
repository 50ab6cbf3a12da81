package dev.palinode.gitwriter.forge;

import dev.palinode.crds.GitTargetSpec;
import dev.palinode.gitwriter.Intent;

/** Tells whoever looks at a failed commit that it was put back, and where. */
@FunctionalInterface
public interface FailureMarks {
  /** Of a writer that talks to no hosts. */
  FailureMarks NONE = (_, _, _) -> {};

  /**
   * Best effort: it neither waits nor fails.
   *
   * @param host whose API the repository's host speaks
   * @param commit that put the failed one back
   */
  void pushed(Intent intent, GitTargetSpec.PullRequest host, String commit);
}
