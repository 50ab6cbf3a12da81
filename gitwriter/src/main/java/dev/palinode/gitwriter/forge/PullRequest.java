package dev.palinode.gitwriter.forge;

import java.util.Optional;

/**
 * One pull request, or merge request, as its host tells it.
 *
 * @param number by which the host knows it
 * @param url for people
 * @param head the commit it would merge; some hosts tell only the first 12 digits
 * @param mergeCommit what it became on the base branch
 */
public record PullRequest(
    long number, String url, State state, String head, Optional<String> mergeCommit) {

  /** Where it stands. */
  public enum State {
    Open,
    Merged,
    /** Closed without a merge: somebody's no, unless it was we who closed it. */
    Closed
  }

  /** True if its head is {@code commit}, as far as the host tells. */
  public boolean isAt(String commit) {
    return head.length() >= 12 && commit.startsWith(head);
  }
}
