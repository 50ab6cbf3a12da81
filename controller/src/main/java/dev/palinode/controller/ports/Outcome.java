package dev.palinode.controller.ports;

/** How an effect ended. Only bugs throw. */
public sealed interface Outcome {
  /** The world is as the effect wants it, now or already before. */
  record Done() implements Outcome {}

  /**
   * Somebody else wrote meanwhile, or the server was not to be reached: look again, then repeat.
   */
  record Again(String reason) implements Outcome {}

  /** The server will not have it; repeating does not help until {@code reason} is dealt with. */
  record Refused(String reason) implements Outcome {}

  Outcome DONE = new Done();
}
