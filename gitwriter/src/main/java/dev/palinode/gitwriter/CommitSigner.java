package dev.palinode.gitwriter;

/** Signs commits. What it signs with never shows. */
@FunctionalInterface
public interface CommitSigner {
  /**
   * The armoured signature over a commit object as git writes it without one.
   *
   * @param commit the raw commit
   */
  String sign(byte[] commit);
}
