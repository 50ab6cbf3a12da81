package dev.palinode.demo;

/** Something did not come out as it should; the message says what was expected, and what was. */
final class Expectation extends RuntimeException {
  private static final long serialVersionUID = 1;

  Expectation(String expected, String actual) {
    super("expected " + expected + "; but " + actual);
  }

  /** The demo as a whole took too long. */
  static final class TooSlow extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooSlow(String waitingFor) {
      super("the time for the demo is over while waiting for " + waitingFor);
    }
  }
}
