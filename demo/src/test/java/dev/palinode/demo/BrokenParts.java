package dev.palinode.demo;

import dev.palinode.controller.decide.Decider;
import dev.palinode.controller.decide.Decision;
import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.decide.Judgement;
import dev.palinode.controller.decide.Pace;
import dev.palinode.controller.decide.World;
import dev.palinode.controller.observe.Gates;
import dev.palinode.controller.observe.Question;
import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import dev.palinode.crds.Phase;
import dev.palinode.gitwriter.GitWriter;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.WriteOutcome;
import java.time.Instant;
import java.util.Optional;

/** One fault each, such as a change of the product could bring. */
final class BrokenParts {
  private BrokenParts() {}

  /** Says that it aborts, and leaves the users where they are. */
  static final class NeverTakesTrafficAway extends Decider {
    NeverTakesTrafficAway(Pace pace) {
      super(pace);
    }

    @Override
    public Decision decide(CanarySpec spec, World world, Instant now) {
      Decision real = super.decide(spec, world, now);
      return real.next().phaseOrInitial() == Phase.Aborting
          ? new Decision(
              real.next(),
              real.effects().stream().filter(e -> !(e instanceof Effect.OnRoute)).toList(),
              real.recheckAfter())
          : real;
    }
  }

  /** Measures as the real one, and is content with everything. */
  record PassesEverything(Gates real) implements Gates {
    @Override
    public Observed<Judgement> ask(Question question, Instant now) {
      return real.ask(question, now)
          .map(j ->
              new Judgement(
                  Judgement.Result.Pass,
                  j.evidence(),
                  j.reason(),
                  j.share(),
                  j.candidateRate(),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty()));
    }

    @Override
    public void forget(ObjectName canary) {
      real.forget(canary);
    }
  }

  /** Claims a commit that nobody ever sees. */
  record WritesNothing(GitWriter real) implements GitWriter {
    @Override
    public WriteOutcome submit(Intent intent) {
      return new WriteOutcome.AlreadyThere("0".repeat(40));
    }

    @Override
    public void close() {
      real.close();
    }
  }
}
