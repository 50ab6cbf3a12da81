package dev.palinode.controller.gitops;

import dev.palinode.controller.decide.Origin;

/** How the search for the place in git ended. */
public sealed interface Trace {
  record Found(Origin origin) implements Trace {}

  /** No place in git is known; {@code reason} says why, and what would help. */
  record Untraceable(String reason) implements Trace {}

  static Trace untraceable(String why) {
    return new Untraceable(why + "; name the place in the Canary's spec.source");
  }
}
