package dev.palinode.gitwriter.edit;

/** How an edit ended. */
public sealed interface EditResult {
  /**
   * The file with exactly the asked scalar changed.
   *
   * @param bytes the whole file
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
  record Edited(byte[] bytes) implements EditResult {}

  /** The scalar has the new value already. */
  record Unchanged() implements EditResult {}

  /**
   * Nothing was edited.
   *
   * @param reason one sentence for a person
   */
  record Refused(String reason) implements EditResult {}
}
