package dev.palinode.controller.decide;

/**
 * What was last written while a wait runs. The name stands in {@code status.progress.mark} with its
 * time, so that a wait survives a restart; it ends when the write is seen and old enough.
 */
enum Mark {
  /** Our DestinationRule. */
  Rule,
  /** The route at stable 100, candidate 0. */
  Split,
  /** The candidate's replicas: the ready deadline runs. */
  Scaled,
  /** A step's weight. */
  Weight,
  /** The hand-over. */
  HandOver,
  /** All old pods were seen gone. */
  Drained,
  /** Traffic taken off the candidate. */
  Zero,
  /** Traffic was read back to be off, and the failure told. */
  Off,
  /** The candidate's pods are being deleted. */
  Deleting,
  /** The candidate's pods were seen gone. */
  Gone,
  /** The route as git has it. */
  Restored,
  /** Our DestinationRule is being removed. */
  Unruled
}
