package dev.palinode.analysis;

/**
 * Bad requests since the current weight was set that no arm answered: a missing subset, no healthy
 * upstream, an unknown destination.
 *
 * @param errors of those, as the metric's bad selector counts them
 * @param requests of the whole route, both arms and these together
 */
public record RouteErrors(long errors, long requests) {
  private static final long FEWEST = 10;
  private static final double GRAVE = 0.05;

  /** At least ten, and one request in twenty: routing is broken, whatever the release is like. */
  public boolean isGrave() {
    return errors >= FEWEST && errors >= GRAVE * requests;
  }
}
