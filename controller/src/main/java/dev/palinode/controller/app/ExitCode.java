package dev.palinode.controller.app;

/** The exit codes of every command; part of the public contract. */
final class ExitCode {
  static final int DONE = 0;

  /** A negative answer: problems found. */
  static final int NEGATIVE = 1;

  static final int USAGE = 2;

  /** Nothing to do. */
  static final int NOTHING = 3;

  /** Not done, and the reason said. */
  static final int REFUSED = 5;

  /** Somebody did not answer in time, or the lease could not be renewed in time. */
  static final int TIMEOUT = 6;

  static final int INTERNAL = 70;

  private ExitCode() {}
}
