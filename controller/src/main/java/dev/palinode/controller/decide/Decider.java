package dev.palinode.controller.decide;

import dev.palinode.crds.CanarySpec;
import java.time.Instant;

/**
 * Decides what happens next to one Canary. Pure: the same spec, world and time give the same
 * answer. Each phase has its ladder of named cases in a file of its own; this is the order in which
 * they are asked.
 */
public class Decider {
  private final Pace pace;

  public Decider(Pace pace) {
    this.pace = pace;
  }

  public Decision decide(CanarySpec spec, World world, Instant now) {
    Look look = new Look(spec, world, now, pace);
    return switch (world.status().phaseOrInitial()) {
      case Initializing -> Resting.initializing(look);
      case Idle -> Resting.idle(look);
      case Rejected -> Refusal.rejected(look);
      case Preparing -> Preparation.decide(look);
      case Progressing -> Progression.decide(look);
      case Promoting -> Promotion.promoting(look);
      case Draining -> Promotion.draining(look);
      case Aborting -> Unwinding.aborting(look);
      case Reverting -> Unwinding.reverting(look);
    };
  }
}
