package dev.palinode.controller.decide;

import dev.palinode.crds.CanarySpec.Step;
import dev.palinode.crds.Weight;
import java.util.List;

/** The arithmetic of steps. A step's weight is the last one set at or before it. */
record StepPlan(List<Step> steps) {

  boolean isPast(int index) {
    return index >= steps.size();
  }

  Step step(int index) {
    return steps.get(index);
  }

  Weight weightAt(int index) {
    for (int i = Math.min(index, steps.size() - 1); i >= 0; i--) {
      Weight weight = steps.get(i).setWeight();
      if (weight != null) {
        return weight;
      }
    }
    return Weight.ZERO;
  }

  /**
   * Pods that carry {@code weight} of the load of {@code replicas} pods: at least one as soon as
   * there is any traffic to carry, never more than there are stable ones.
   */
  static int podsFor(int replicas, Weight weight, double headroom) {
    if (replicas == 0) {
      return 0;
    }
    long pods = (long) Math.ceil(replicas * weight.fraction() * headroom - 1e-9);
    return (int) Math.max(1, Math.min(replicas, pods));
  }

  /**
   * Whether an observed share confirms a weight: |observed - w| &lt;= 4 sqrt(w(1-w)/n) with at
   * least ten requests expected on the smaller side (routing as measured: shares are binomial).
   */
  static boolean confirms(Judgement.Share share, Weight weight) {
    double w = weight.fraction();
    double n = share.total();
    double smaller = Math.min(w, 1 - w) == 0 ? 1 : Math.min(w, 1 - w);
    if (n * smaller < 10) {
      return false;
    }
    return Math.abs(share.candidate() / n - w) <= 4 * Math.sqrt(w * (1 - w) / n);
  }
}
