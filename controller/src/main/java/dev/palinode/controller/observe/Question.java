package dev.palinode.controller.observe;

import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.ObjectName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the gate is asked about one rollout.
 *
 * @param rollout identity of the rollout: Canary uid and the moment its candidate was first served
 * @param metrics of every template of the Canary
 * @param alpha bound on the chance that a healthy release is ever rolled back
 * @param service host of the route, in the Canary's namespace
 * @param candidateRevision value of the canonical revision of the candidate's pods
 * @param candidatePodPrefix what the names of the candidate's pods begin with
 * @param candidatePods their names now
 * @param stablePods the other pods' names now
 * @param servedSince when the candidate first got traffic
 * @param weightSince since when the current weight is set
 * @param weight the candidate's share of the requests by it, between 0 and 1; NaN: not told
 */
public record Question(
    String rollout,
    ObjectName canary,
    List<Metric> metrics,
    double alpha,
    String service,
    String candidateRevision,
    String candidatePodPrefix,
    List<String> candidatePods,
    List<String> stablePods,
    Instant servedSince,
    Optional<Instant> weightSince,
    double weight) {
  public Question {
    metrics = List.copyOf(metrics);
    candidatePods = List.copyOf(candidatePods);
    stablePods = List.copyOf(stablePods);
  }
}
