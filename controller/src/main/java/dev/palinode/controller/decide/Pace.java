package dev.palinode.controller.decide;

import java.time.Duration;

/**
 * The installation's settings that decisions depend on.
 *
 * @param settle "W": after it a write has reached every proxy, whatever istiod was busy with
 * @param drain the longest request: so long pods that lost their traffic stay
 * @param headroom candidate pods per share of traffic, as a factor
 * @param revertTimeout how long the agent may take to apply a pushed revert before people are told
 * @param cluster this cluster's name, as GitTarget grants know it
 */
public record Pace(
    Duration settle, Duration drain, double headroom, Duration revertTimeout, String cluster) {
  public static final Pace DEFAULT =
      new Pace(
          Duration.ofSeconds(15), Duration.ofSeconds(30), 1.2, Duration.ofMinutes(10), "default");
}
