package dev.palinode.gitwriter;

import java.time.Instant;
import java.util.Optional;

/** Tells whether a commit was signed by somebody who is trusted. */
@FunctionalInterface
public interface CommitVerifier {
  /**
   * What is wrong with a signature, as the end of a sentence that begins with the commit; empty if
   * nothing is.
   *
   * @param commit the raw commit without its signature
   * @param signature as the commit holds it
   * @param at when it was committed, by its own word
   */
  Optional<String> problem(byte[] commit, byte[] signature, Instant at);
}
