package dev.palinode.gitwriter.forge;

import dev.palinode.crds.GitTargetSpec;
import dev.palinode.gitwriter.Passage;
import java.util.function.Predicate;

/** Mints tokens from what the platform says of this process. */
@FunctionalInterface
public interface IdentityTokens {
  /** Of a writer that takes ready tokens only. */
  IdentityTokens NONE =
      (_, _, _) ->
          new Answer.Refused<>(
              0, "this writer exchanges no tokens: use credentialsRef instead of oidc");

  /**
   * A token that a server of git takes.
   *
   * @param passage how the token endpoint is reached
   * @param isRefused tells a token that a server did not take although it has not expired
   */
  Answer<String> token(GitTargetSpec.Oidc oidc, Passage passage, Predicate<String> isRefused);
}
