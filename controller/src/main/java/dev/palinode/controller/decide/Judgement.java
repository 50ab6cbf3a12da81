package dev.palinode.controller.decide;

import dev.palinode.crds.CanaryStatus.JudgeRecord;
import dev.palinode.crds.CanaryStatus.VerdictRecord;
import java.util.Optional;

/**
 * What the gate and the metrics say at this moment.
 *
 * @param result over everything since the candidate first got traffic
 * @param evidence the numbers behind it
 * @param reason one sentence
 * @param share requests per arm since the current weight was set
 * @param candidateRate requests per second to the candidate in the last closed window
 * @param unreadable why the metrics cannot be read; then nothing else here is news
 * @param routeErrors why the route as a whole is failing, which is not the release's fault
 * @param state with which a restarted judge goes on from here
 */
public record Judgement(
    Result result,
    VerdictRecord evidence,
    String reason,
    Optional<Share> share,
    Optional<Double> candidateRate,
    Optional<String> unreadable,
    Optional<String> routeErrors,
    Optional<JudgeRecord> state) {

  /** The four answers; only {@code Fail} is a reason to revert. */
  public enum Result {
    Pass,
    Fail,
    /** Not enough evidence yet. */
    Inconclusive,
    /** The measurement itself is not to be trusted. */
    Invalid
  }

  /** Requests seen: the candidate's among all. */
  public record Share(long candidate, long total) {}
}
