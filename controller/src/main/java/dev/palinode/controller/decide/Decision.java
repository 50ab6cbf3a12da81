package dev.palinode.controller.decide;

import dev.palinode.crds.CanaryStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The answer of one look: what to record first, what to do then, and when to look again.
 *
 * @param next the status to save before anything is done
 * @param effects in order
 * @param recheckAfter when to look again if nothing happens before; empty if only news can change
 *     the answer
 */
public record Decision(CanaryStatus next, List<Effect> effects, Optional<Duration> recheckAfter) {
  public Decision {
    effects = List.copyOf(effects);
  }
}
