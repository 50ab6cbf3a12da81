package dev.palinode.crds;

/** Why a rollout was undone, which alone decides what follows. */
public enum Cause {
  Failed("The release is bad: rejected, and reverted in git as `onFailure.git` says."),
  Unproven(
      "Nobody could tell, or the fault is not the release's: parked at weight 0, never a revert."),
  Withdrawn("The wish itself went away: unwound, nothing rejected, nothing written.");

  private final String meaning;

  Cause(String meaning) {
    this.meaning = meaning;
  }

  /** One sentence for people. */
  public String meaning() {
    return meaning;
  }
}
