package dev.palinode.controller.writer;

import dev.palinode.crds.ObjectName;
import dev.palinode.crds.RevertStatus;
import java.time.Duration;

/** Hears how Reverts fare, after it was saved. */
public interface WriterListener {
  WriterListener SILENT = new WriterListener() {};

  /**
   * A Revert reached a phase.
   *
   * @param object the Deployment that goes back
   * @param sinceAsked how long after the Revert was created
   */
  default void reached(ObjectName object, RevertStatus.Phase phase, Duration sinceAsked) {}
}
