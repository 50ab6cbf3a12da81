package dev.palinode.controller.ports;

import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.decide.World.Problem;
import dev.palinode.controller.decide.World.RevertState;
import dev.palinode.crds.AnalysisTemplateSpec;
import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import java.util.List;

/** Loads and saves what is ours: Canaries, their templates, their Reverts, and what is told. */
public interface Canaries {

  /**
   * A Canary as read at one version.
   *
   * @param version what {@link #save} compares with
   */
  record Recorded(
      ObjectName name,
      String uid,
      long generation,
      String version,
      boolean deleting,
      boolean finalizer,
      CanarySpec spec,
      CanaryStatus status) {}

  /** The Canary, read from the API server itself: decisions that act rest on it. */
  Observed<Recorded> load(ObjectName name);

  /** Saves the status if the Canary is still at that version; else {@link Outcome.Again}. */
  Outcome save(Recorded at, CanaryStatus next);

  Observed<AnalysisTemplateSpec> template(ObjectName name);

  /**
   * Why this Canary must stand back behind an older one of its namespace that guards the same
   * Deployment or moves the same route; empty if there is none, or none could be read.
   */
  List<Problem> rivals(Recorded canary);

  Observed<RevertState> revert(ObjectName name);

  Outcome apply(Recorded canary, Effect.OnCanary effect);
}
