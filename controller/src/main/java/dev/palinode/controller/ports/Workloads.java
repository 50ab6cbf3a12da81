package dev.palinode.controller.ports;

import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.decide.Origin;
import dev.palinode.controller.decide.Target;
import dev.palinode.controller.decide.Workload;
import dev.palinode.crds.Observed;

/** Reads a Deployment and moves its pods, without ever writing the Deployment itself. */
public interface Workloads {

  /** The Deployment; from a watch where it is enrolled, so that an idle look costs no request. */
  Observed<Target> target(WorkloadKey key);

  /** The Deployment as the API server has it at this moment. */
  Observed<Target> targetNow(WorkloadKey key);

  /** Whether the policy that keeps a declared hold closed is installed and bound. */
  Observed<Boolean> guarded();

  /** Its ReplicaSets and the candidate's pods, read on demand. */
  Observed<Workload> read(WorkloadKey key);

  /** Where the GitOps agent says that it comes from. */
  Observed<Origin> origin(WorkloadKey key);

  /** Makes ReplicaSets and pods what the effect says, or says why not. */
  Outcome apply(WorkloadKey key, Effect.OnWorkload effect);
}
