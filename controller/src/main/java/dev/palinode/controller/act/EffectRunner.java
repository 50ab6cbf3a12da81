package dev.palinode.controller.act;

import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.observe.WorldReader.Sight;
import dev.palinode.controller.ports.Canaries;
import dev.palinode.controller.ports.Canaries.Recorded;
import dev.palinode.controller.ports.Outcome;
import dev.palinode.controller.ports.TrafficRouter;
import dev.palinode.controller.ports.Workloads;
import java.util.List;
import java.util.Optional;

/**
 * Carries out effects in their order and stops at the first that did not succeed: later ones may
 * rest on it, and the next look decides anew.
 */
public final class EffectRunner {
  private final Canaries canaries;
  private final Workloads workloads;
  private final TrafficRouter router;

  public EffectRunner(Canaries canaries, Workloads workloads, TrafficRouter router) {
    this.canaries = canaries;
    this.workloads = workloads;
    this.router = router;
  }

  /** The effect that did not succeed, and how it ended. */
  public record Failure(Effect effect, Outcome outcome) {}

  public Optional<Failure> run(Recorded canary, Sight sight, List<Effect> effects) {
    for (Effect effect : effects) {
      Outcome outcome =
          switch (effect) {
            case Effect.OnRoute e -> router.apply(sight.route(), e);
            case Effect.OnWorkload e -> workloads.apply(sight.workload(), e);
            case Effect.OnCanary e -> canaries.apply(canary, e);
          };
      if (!(outcome instanceof Outcome.Done)) {
        return Optional.of(new Failure(effect, outcome));
      }
    }
    return Optional.empty();
  }
}
