package dev.palinode.controller.decide;

import dev.palinode.crds.Weight;
import java.time.Instant;
import java.util.Optional;

/**
 * Metrics that cannot be read: the weight stays where it is, and after {@code maxHold} the
 * candidate loses its traffic until they can. Never a revert, never a promotion.
 */
final class Readability {
  private Readability() {}

  /** What unreadable metrics ask for; empty when they are readable. */
  static Optional<Decision> decide(Look look, Route route) {
    Optional<String> unreadable =
        look.world()
            .judgement()
            .known()
            .flatMap(Judgement::unreadable)
            .or(() ->
                look.world().judgement().isUnreadable()
                    ? Optional.of("the gate could not be asked")
                    : Optional.empty());
    Instant since = look.progress().unreadableSince();
    if (unreadable.isEmpty()) {
      return since == null ? Optional.empty() : Optional.of(readableAgain(look, route));
    }
    String message = "Metrics cannot be read: " + unreadable.get();
    Draft draft =
        look.draft()
            .message(message)
            .unreadable(since == null ? look.now() : since)
            .condition("Ready", false, "MetricsUnreadable", message)
            .recheck(Look.BEAT.multipliedBy(2));
    boolean tooLong =
        since != null
            && !look.now().isBefore(since.plus(look.spec().analysis().maxHold().duration()));
    if (tooLong && !route.isAt(Weight.ZERO)) {
      draft
          .weight(Weight.ZERO)
          .step(0)
          .window(null)
          .mark(Mark.Zero)
          .effect(new Effect.SetWeight(Weight.ZERO));
    }
    return Optional.of(draft.done());
  }

  /** The step's time starts anew: what was not measured does not count. */
  private static Decision readableAgain(Look look, Route route) {
    return look.draft()
        .unreadable(null)
        .window(route.isAt(Weight.ZERO) ? null : look.now())
        .condition("Ready", true, "Progressing", "Metrics are readable again.")
        .message("Metrics are readable again.")
        .recheck(Look.SOON)
        .done();
  }
}
