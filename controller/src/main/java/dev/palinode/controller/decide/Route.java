package dev.palinode.controller.decide;

import dev.palinode.crds.Weight;
import java.util.Map;
import java.util.Optional;

/**
 * All route objects of one Canary read as one: whatever differs between them makes it not split.
 *
 * @param service host that the routes send to, in the Canary's namespace
 * @param snapshots git's text by VirtualService ({@code namespace/name}); empty unless every
 *     VirtualService carries its snapshot
 * @param live the candidate's share; empty if any of the routes is not split between our subsets
 * @param clean no annotation, subset or managed field of ours is left on any VirtualService
 * @param rule our DestinationRule
 * @param conflict why our DestinationRule cannot be merged with the user's, and what to do
 */
public record Route(
    String service,
    Map<String, String> snapshots,
    Optional<Weight> live,
    boolean clean,
    Rule rule,
    Optional<String> conflict) {

  /** State of the DestinationRule that carries our subsets. */
  public enum Rule {
    Absent,
    /** There, but not as it would be written now. */
    Stale,
    Current
  }

  public Route {
    snapshots = Map.copyOf(snapshots);
  }

  public boolean isOpen() {
    return !snapshots.isEmpty();
  }

  public boolean isAt(Weight weight) {
    return live.equals(Optional.of(weight));
  }

  /** Nothing of ours is left anywhere. */
  public boolean isAsInGit() {
    return clean && rule == Rule.Absent;
  }
}
