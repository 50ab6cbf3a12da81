package dev.palinode.controller.reconcile;

import dev.palinode.controller.act.EffectRunner;
import dev.palinode.controller.decide.Decider;
import dev.palinode.controller.decide.Decision;
import dev.palinode.controller.observe.WorldReader;
import dev.palinode.controller.observe.WorldReader.Sight;
import dev.palinode.controller.ports.Canaries;
import dev.palinode.controller.ports.Canaries.Recorded;
import dev.palinode.controller.ports.Outcome;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * One round for one Canary: observe, decide, record, act. The status that says what is about to
 * happen is saved before anything happens; what came of it is seen in the next round, never
 * assumed.
 */
public final class CanaryLoop {
  private static final Duration SOON = Duration.ofMillis(200);
  private static final Duration AGAIN = Duration.ofSeconds(1);
  private static final Duration REFUSED = Duration.ofSeconds(5);

  private final Canaries canaries;
  private final WorldReader reader;
  private final Decider decider;
  private final EffectRunner runner;
  private final InstantSource clock;
  private final LoopListener listener;

  public CanaryLoop(
      Canaries canaries,
      WorldReader reader,
      Decider decider,
      EffectRunner runner,
      InstantSource clock,
      LoopListener listener) {
    this.canaries = canaries;
    this.reader = reader;
    this.decider = decider;
    this.runner = runner;
    this.clock = clock;
    this.listener = listener;
  }

  /** Looks once; the answer is when to look again, empty if only news can change anything. */
  public Optional<Duration> look(ObjectName name) {
    return switch (canaries.load(name)) {
      case Observed.Known<Recorded>(var canary) -> round(canary);
      case Observed.Missing<Recorded> _ -> {
        forget(name);
        yield Optional.empty();
      }
      case Observed.Unreadable<Recorded> _ -> Optional.of(AGAIN);
    };
  }

  /** The Canary is gone. */
  public void forget(ObjectName name) {
    reader.forget(name);
  }

  private Optional<Duration> round(Recorded canary) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    Sight sight = reader.read(canary, now);
    sight
        .world()
        .judgement()
        .known()
        .ifPresent(j -> listener.verdict(canary.name(), j.result().name()));
    Decision decision = decider.decide(canary.spec(), sight.world(), now);
    // An unchanged status is saved, too, before anything is done: it costs nothing but the proof
    // that nobody has decided otherwise since it was read.
    if (!decision.next().equals(canary.status()) || !decision.effects().isEmpty()) {
      switch (canaries.save(canary, decision.next())) {
        case Outcome.Done _ ->
            listener.decided(
                canary.name(), canary.status().phaseOrInitial(), decision.next().phaseOrInitial());
        case Outcome.Again _ -> {
          return Optional.of(SOON);
        }
        case Outcome.Refused(var reason) -> {
          listener.effectFailed(canary.name(), "SaveStatus", reason);
          return Optional.of(REFUSED);
        }
      }
    }
    Optional<EffectRunner.Failure> failure = runner.run(canary, sight, decision.effects());
    if (failure.isPresent()) {
      return Optional.of(failed(canary, failure.get()));
    }
    boolean judged =
        decision.next().phaseOrInitial().isRollout() || decision.next().watch() != null;
    if (!judged) {
      reader.forget(canary.name());
    }
    return decision.recheckAfter();
  }

  private Duration failed(Recorded canary, EffectRunner.Failure failure) {
    String effect = failure.effect().getClass().getSimpleName();
    return switch (failure.outcome()) {
      case Outcome.Done _ -> SOON;
      case Outcome.Again(var reason) -> {
        listener.effectFailed(canary.name(), effect, reason);
        yield SOON;
      }
      case Outcome.Refused(var reason) -> {
        listener.effectFailed(canary.name(), effect, reason);
        yield AGAIN;
      }
    };
  }
}
