package dev.palinode.gitwriter;

import dev.palinode.crds.Observed;
import dev.palinode.crds.RevertSpec;
import java.util.Map;

/** What a branch says about an app, for those who have no GitOps agent to tell them. */
public interface GitHistory {
  /**
   * The newest commit of the branch's first-parent line whose object below {@code path} carries
   * {@code images} (container name to image). {@code Missing} if no commit does, {@code Unreadable}
   * if the branch could not be read.
   */
  Observed<String> revisionOf(
      Repository repository, String path, RevertSpec.ObjectRef object, Map<String, String> images);

  /** The branch's tip: proves that the repository is reachable with the credentials at hand. */
  Observed<String> tipOf(Repository repository);
}
