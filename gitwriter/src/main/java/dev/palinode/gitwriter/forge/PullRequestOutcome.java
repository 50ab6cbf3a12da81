package dev.palinode.gitwriter.forge;

import dev.palinode.gitwriter.WriteOutcome;
import java.time.Duration;
import java.util.Optional;

/** How one round of carrying an intent out by a pull request ended. Nothing here throws. */
public sealed interface PullRequestOutcome {
  /** It is open; {@code message} says what it waits for. */
  record Open(String url, String message) implements PullRequestOutcome {}

  /**
   * It was merged.
   *
   * @param commit on the base branch, or its head where the host does not tell
   */
  record Merged(String url, String commit) implements PullRequestOutcome {}

  /** Nothing to propose any more; an open one was closed. */
  record Superseded(Optional<String> url, String message) implements PullRequestOutcome {}

  /** Somebody closed it without a merge: that is a no, and it stays closed. */
  record ClosedByPerson(String url) implements PullRequestOutcome {}

  /**
   * What git or the host said instead.
   *
   * @param url of an open one, which stays open for people
   */
  record Settled(Optional<String> url, WriteOutcome outcome) implements PullRequestOutcome {}

  /** The host wants to be left alone. */
  record Later(Duration pause, String message) implements PullRequestOutcome {}
}
