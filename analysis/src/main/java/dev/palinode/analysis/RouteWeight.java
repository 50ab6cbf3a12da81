package dev.palinode.analysis;

import java.time.Instant;
import java.util.Optional;

/**
 * What the route was told about the candidate's share of the requests.
 *
 * @param share between 0 and 1
 * @param since when it was told so; empty while the candidate has none
 * @param live since when the mesh is known to do as it was told; empty while it may not: a weight
 *     is recorded before it is written, and no split is held against one that may not be there
 */
public record RouteWeight(double share, Optional<Instant> since, Optional<Instant> live) {
  /** The candidate gets nothing, or nobody knows. */
  public static final RouteWeight NONE =
      new RouteWeight(Double.NaN, Optional.empty(), Optional.empty());

  /** Told then; whether the requests split by it is not checked. */
  public static RouteWeight told(Instant since) {
    return new RouteWeight(Double.NaN, Optional.of(since), Optional.empty());
  }

  public RouteWeight {
    if (share < 0 || share > 1) {
      throw new IllegalArgumentException("a share lies between 0 and 1, not at " + share);
    }
  }
}
