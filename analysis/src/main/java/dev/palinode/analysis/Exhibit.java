package dev.palinode.analysis;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One thing that a {@link Judge} is shown. The same exhibits in the same order make the same
 * verdict to the last bit: they are what a record of a rollout consists of.
 */
public sealed interface Exhibit {

  /**
   * One window, closed once and never revised.
   *
   * @param end its right edge, inside
   * @param weight the candidate's share of the requests that the route was told, between 0 and 1,
   *     for the whole window; NaN where it is unknown or changed within
   * @param weightSince what tells one step's weight from the next one's
   * @param candidatePods that ran then
   * @param stablePods that ran then
   * @param candidate requests, whatever their outcome
   * @param stable requests, whatever their outcome
   * @param shown by the metrics that are read in windows
   * @param silence why nothing about the candidate can be news
   */
  record ClosedWindow(
      Instant end,
      double weight,
      Optional<Instant> weightSince,
      int candidatePods,
      int stablePods,
      long candidate,
      long stable,
      List<Shown> shown,
      Optional<String> silence)
      implements Exhibit {
    public ClosedWindow {
      shown = List.copyOf(shown);
    }
  }

  /** What a query gave at one moment. */
  record Moment(Instant at, Shown shown) implements Exhibit {}

  /**
   * @param metric index into the trial's metrics
   */
  record Shown(int metric, Measured measured) {}
}
