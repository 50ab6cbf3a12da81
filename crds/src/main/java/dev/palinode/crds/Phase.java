package dev.palinode.crds;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Where a Canary stands, and the only legal moves between those places. docs/states.md is generated
 * from this table. Staying in a phase is no move.
 */
public enum Phase {
  Initializing("The target is missing, was re-created, or has no pods yet."),
  Idle("The declared template is the one that serves."),
  Preparing("A new template is held; its ReplicaSet and route are made, without traffic."),
  Progressing("The candidate takes a share of the traffic and is judged."),
  Promoting("The candidate takes all traffic and is handed to the Deployment."),
  Draining("The old pods leave; the route goes back to what git says."),
  Aborting("Traffic is off the candidate; what was made for it is undone."),
  Reverting("The failed release is being taken back in git."),
  Rejected("The stable template serves; the declared one was refused and stays held.");

  private static final Map<Phase, Set<Phase>> MOVES =
      Map.of(
          Initializing, EnumSet.of(Idle),
          Idle, EnumSet.of(Preparing, Aborting, Rejected, Initializing),
          Preparing, EnumSet.of(Progressing, Aborting),
          Progressing, EnumSet.of(Promoting, Aborting),
          Promoting, EnumSet.of(Draining, Aborting),
          Draining, EnumSet.of(Idle),
          Aborting, EnumSet.of(Reverting, Rejected, Idle, Preparing, Initializing),
          Reverting, EnumSet.of(Rejected, Idle, Preparing, Initializing),
          Rejected, EnumSet.of(Idle, Preparing, Reverting, Initializing));

  private final String meaning;

  Phase(String meaning) {
    this.meaning = meaning;
  }

  /** One sentence for people. */
  public String meaning() {
    return meaning;
  }

  /** The phases that may follow this one. */
  public Set<Phase> next() {
    return Set.copyOf(MOVES.getOrDefault(this, Set.of()));
  }

  /**
   * The phase moved to.
   *
   * @throws IllegalStateException if the table has no such move: a bug, never an outside event
   */
  public Phase to(Phase target) {
    if (target != this && !next().contains(target)) {
      throw new IllegalStateException("no move from " + this + " to " + target);
    }
    return target;
  }

  /** True while a candidate exists, or what was made for it is still being undone. */
  public boolean isRollout() {
    return switch (this) {
      case Preparing, Progressing, Promoting, Draining, Aborting -> true;
      case Initializing, Idle, Reverting, Rejected -> false;
    };
  }
}
