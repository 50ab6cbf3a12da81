package dev.palinode.controller.decide;

import dev.palinode.crds.RevertSpec;
import dev.palinode.crds.Weight;
import java.util.List;

/**
 * One thing to do to the world. Effects are ordered, and each may be repeated harmlessly: it names
 * the state wanted, not the change made.
 */
public sealed interface Effect {

  /** What the router carries out, on every VirtualService of the Canary. */
  sealed interface OnRoute extends Effect {}

  /** Writes git's text onto the objects as a snapshot and asks the agent to leave them alone. */
  record OpenRoute() implements OnRoute {}

  /** Makes our DestinationRule what it should be. */
  record WriteRule() implements OnRoute {}

  /** Splits the routes between our subsets. */
  record SetWeight(Weight weight) implements OnRoute {}

  /** Puts git's text back, wakes the agent, and hands the managed fields back to it. */
  record RestoreRoute() implements OnRoute {}

  /** Removes our DestinationRule. */
  record DeleteRule() implements OnRoute {}

  /** What happens to ReplicaSets and pods. */
  sealed interface OnWorkload extends Effect {}

  /**
   * The first ReplicaSet of a held Deployment that has none: owned by it, with all its replicas.
   */
  record Bootstrap(String templateDigest) implements OnWorkload {}

  /**
   * Deletes an empty ReplicaSet whose template equals the candidate's: it would be chosen instead.
   */
  record DeleteTwin(String name, String uid) implements OnWorkload {}

  /** The candidate's ReplicaSet, owned by the Canary, with no pods yet. */
  record CreateCandidate(String templateDigest) implements OnWorkload {}

  record ScaleCandidate(int replicas) implements OnWorkload {}

  /** Gives the candidate's running pods the label that tells the versions apart in telemetry. */
  record LabelPods() implements OnWorkload {}

  /** The point of no return: the candidate's ReplicaSet becomes the Deployment's. */
  record HandOver(String templateDigest, int replicas) implements OnWorkload {}

  /** Takes the pods of ReplicaSets that lost their traffic. */
  record ScaleToZero(List<String> names) implements OnWorkload {
    public ScaleToZero {
      names = List.copyOf(names);
    }
  }

  record DeleteCandidate() implements OnWorkload {}

  /** What happens to objects of our own group, and what people are told. */
  sealed interface OnCanary extends Effect {}

  record AddFinalizer() implements OnCanary {}

  record DropFinalizer() implements OnCanary {}

  /** Asks for git to be put right; a Revert of that name that exists already is left as it is. */
  record CreateRevert(String name, RevertSpec spec) implements OnCanary {}

  /** The cluster follows the commit: the Revert is done. */
  record ObserveRevert(String name) implements OnCanary {}

  /** A Kubernetes event; {@code warning} for what a person should look at. */
  record Tell(boolean warning, String reason, String message) implements OnCanary {}
}
