package dev.palinode.gitwriter;

/** Puts what a verdict rested on beside the commit that it led to. */
@FunctionalInterface
public interface EvidenceNotes {
  /** Of a writer that leaves none. */
  EvidenceNotes NONE = (_, _) -> {};

  /**
   * Best effort: it neither waits nor fails, and what is there already stays.
   *
   * @param commit on the branch, that carries the intent out
   */
  void attach(Intent intent, String commit);
}
