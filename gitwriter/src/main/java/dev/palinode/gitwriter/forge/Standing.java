package dev.palinode.gitwriter.forge;

/**
 * A pull request and whether it can be merged now.
 *
 * @param words what is missing, for people
 */
public record Standing(PullRequest request, Readiness readiness, String words) {
  /** Whether a merge would go through. */
  public enum Readiness {
    /** Checks have passed, and the host asks for nothing more. */
    Ready,
    /** Checks, reviews, or the host's own thinking are not done. */
    Waiting,
    /** The branch must first stand on the base's tip. */
    Behind,
    Conflicting
  }

  static Standing waiting(PullRequest request, String words) {
    return new Standing(request, Readiness.Waiting, words);
  }

  static Standing ready(PullRequest request) {
    return new Standing(request, Readiness.Ready, "");
  }
}
