package dev.palinode.controller.observe;

import dev.palinode.analysis.RouteWeight;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.CanaryStatus.JudgeRecord;
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
 * @param alone the candidate was handed over and serves alone; what stable did is past
 * @param servedSince when the candidate first got traffic
 * @param weight what the route was told
 * @param saved where a judge that is no longer in memory stood
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
    boolean alone,
    Instant servedSince,
    RouteWeight weight,
    Optional<JudgeRecord> saved) {
  public Question {
    metrics = List.copyOf(metrics);
    candidatePods = List.copyOf(candidatePods);
    stablePods = List.copyOf(stablePods);
  }
}
