package dev.palinode.controller.app;

import dev.palinode.controller.decide.Judgement;
import dev.palinode.controller.observe.Gates;
import dev.palinode.controller.observe.Question;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import java.time.Instant;

/** What every gate says while no Prometheus is set. */
final class UnmeasuredGates implements Gates {
  @Override
  public Observed<Judgement> ask(Question question, Instant now) {
    return Observed.unreadable(
        "no Prometheus is set: give the controller the setting palinode.prometheus.url");
  }

  @Override
  public void forget(ObjectName canary) {}
}
