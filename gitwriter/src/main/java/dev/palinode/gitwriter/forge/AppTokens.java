package dev.palinode.gitwriter.forge;

import dev.palinode.gitwriter.Passage;
import dev.palinode.gitwriter.Repository;
import java.util.function.Predicate;

/** Mints tokens from the key of a GitHub App. */
@FunctionalInterface
public interface AppTokens {
  /** Of a writer that takes ready tokens only. */
  AppTokens NONE =
      (_, _, _, origin, _) ->
          new Answer.Refused<>(
              0, "this writer mints no tokens of GitHub Apps; put a token beside " + origin);

  /**
   * A token for one repository.
   *
   * @param passage how GitHub is reached
   * @param origin what a person must fix when the App's key is wrong
   * @param isRefused tells a token that GitHub did not take although it has not expired
   */
  Answer<String> token(
      GitHubApp.Key key,
      Repository repository,
      Passage passage,
      String origin,
      Predicate<String> isRefused);
}
