package dev.palinode.controller.observe;

import dev.palinode.controller.decide.Judgement;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import java.time.Instant;

/** The judges of the rollouts under way. What they hold in memory can be read again at any time. */
public interface Gates {

  /**
   * What the gate says at {@code now}; the same question gets the same answer after a restart.
   * Missing for a candidate that serves alone if nobody remembers what stable did.
   */
  Observed<Judgement> ask(Question question, Instant now);

  /** The rollout is over. */
  void forget(ObjectName canary);
}
