package dev.palinode.controller.reconcile;

import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Phase;

/** Hears what the loop did: metrics and logs live behind it. */
public interface LoopListener {
  LoopListener SILENT = new LoopListener() {};

  /** A decision was saved. */
  default void decided(ObjectName canary, Phase from, Phase to) {}

  /** An effect did not succeed; it is tried again. */
  default void effectFailed(ObjectName canary, String effect, String reason) {}

  /** The gate answered. */
  default void verdict(ObjectName canary, String result) {}
}
