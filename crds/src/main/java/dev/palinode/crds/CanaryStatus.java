package dev.palinode.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.palinode.crds.CanarySpec.Source;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the controller recorded. Together with the cluster's objects and git it is all the memory
 * there is: a controller that starts anew goes on from it.
 *
 * @param phase where the Canary stands
 * @param cause why the last rollout was undone; kept until the next one starts
 * @param message one sentence: what is awaited or what to do
 * @param step index into {@code spec.steps} while progressing
 * @param weight the share last asked of the route
 * @param stable what serves; its revision is recorded at every success
 * @param candidate what is tried or was refused
 * @param rejected templates that get no traffic until git moves on or {@code spec.retry} changes
 * @param verdict the last one that moved or held a step
 * @param judge where the judge of the rollout stands: what a restart goes on from
 * @param watch the release that serves alone and is still judged
 * @param revert the open or last request to git
 * @param traffic what git said about the route before the rollout
 * @param progress clock marks of the rollout under way
 * @param tokens the one-shot tokens already acted on
 * @param history the last ten rollouts, newest first
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record CanaryStatus(
    @Nullable Long observedGeneration,
    @Nullable Phase phase,
    @Nullable Cause cause,
    @Nullable String message,
    @Nullable Integer step,
    @Nullable Weight weight,
    @Nullable Release stable,
    @Nullable Release candidate,
    List<Rejection> rejected,
    @Nullable VerdictRecord verdict,
    @Nullable JudgeRecord judge,
    @Nullable Watch watch,
    @Nullable RevertLink revert,
    @Nullable TrafficRecord traffic,
    @Nullable Progress progress,
    Tokens tokens,
    List<Condition> conditions,
    List<HistoryEntry> history) {

  /**
   * One state of the Deployment's pod template and where it came from.
   *
   * @param templateDigest sha256 of the canonical JSON of the live pod template
   * @param image that of the first container, for the printer column
   * @param images by container name
   * @param revision the commit that brought it, when known
   * @param uid of the Deployment it was seen on
   * @param generation of the Deployment when the revision was recorded: while it stays, nobody asks
   *     the agent again
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Release(
      String templateDigest,
      @Nullable String image,
      Map<String, String> images,
      @Nullable String revision,
      @Nullable Source source,
      @Nullable String uid,
      @Nullable Long generation) {
    public Release {
      images = images == null ? Map.of() : Map.copyOf(images);
    }
  }

  /**
   * A template that was tried and refused.
   *
   * @param again how often it was asked to be reverted once more, because somebody put it back
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Rejection(
      String templateDigest,
      @Nullable String revision,
      Cause cause,
      String reason,
      Instant at,
      @Nullable Integer again) {
    /** Never put back so far. */
    public Rejection(
        String templateDigest, @Nullable String revision, Cause cause, String reason, Instant at) {
      this(templateDigest, revision, cause, reason, at, null);
    }

    public int timesAgain() {
      return again == null ? 0 : again;
    }

    public Rejection onceMore() {
      return new Rejection(templateDigest, revision, cause, reason, at, timesAgain() + 1);
    }
  }

  /** The gate's answer with its numbers. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record VerdictRecord(
      String result,
      @Nullable String metric,
      @Nullable String observed,
      @Nullable String limit,
      @Nullable Long requests,
      @Nullable String evidence) {}

  /**
   * What the judge needs to go on: nothing that was weighed is read, or weighed, again.
   *
   * @param at end of the last window in it
   * @param state opaque text of this version of the judge; one that it cannot read is not used
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record JudgeRecord(Instant at, String state) {}

  /**
   * The time after the hand-over: the release serves alone and is held against what served before.
   *
   * @param before what a failure goes back to
   * @param service host that its requests are counted at
   * @param since when the release was promoted; {@code spec.watch} counts from here
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Watch(Release before, String service, Instant since) {}

  /** The Revert that belongs to the last failure. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record RevertLink(
      String name,
      RevertStatus.@Nullable Phase phase,
      @Nullable String commit,
      @Nullable String pullRequest) {}

  /**
   * The routes as git had them.
   *
   * @param snapshot JSON by VirtualService name; also on the objects themselves
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record TrafficRecord(Map<String, String> snapshot) {
    public TrafficRecord {
      snapshot = snapshot == null ? Map.of() : Map.copyOf(snapshot);
    }
  }

  /**
   * Clock marks. A wait is the name of what was last written and since when; it ends when that
   * write is seen and long enough ago, so a restart neither shortens nor forgets it.
   *
   * @param phaseSince when the phase was entered
   * @param rolloutSince when the rollout entered Preparing
   * @param mark what was last written to the mesh or workload
   * @param markSince when
   * @param windowSince when the current step's weight was confirmed, from which its pause counts
   * @param servedSince when the candidate first got a weight above zero: evidence counts from here
   * @param unreadableSince since when the metrics cannot be read
   * @param stoppedSince since when the deadline's clock stands still
   * @param stoppedFor how long it stood still before that
   * @param recreated how often the candidate's ReplicaSet was made again
   * @param contested how often a foreign writer reset the route
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Progress(
      @Nullable Instant phaseSince,
      @Nullable Instant rolloutSince,
      @Nullable String mark,
      @Nullable Instant markSince,
      @Nullable Instant windowSince,
      @Nullable Instant servedSince,
      @Nullable Instant unreadableSince,
      @Nullable Instant stoppedSince,
      @Nullable Span stoppedFor,
      @Nullable Integer recreated,
      @Nullable Integer contested) {
    public static final Progress NONE =
        new Progress(null, null, null, null, null, null, null, null, null, null, null);
  }

  /** One-shot wishes of people, remembered once acted on. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Tokens(
      @Nullable String retry,
      @Nullable String promote,
      @Nullable String skip,
      @Nullable String abort) {
    public static final Tokens NONE = new Tokens(null, null, null, null);
  }

  /** One finished rollout. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record HistoryEntry(
      String templateDigest,
      @Nullable String revision,
      String outcome,
      @Nullable String reason,
      @Nullable String commit,
      Instant at) {}

  public CanaryStatus {
    rejected = rejected == null ? List.of() : List.copyOf(rejected);
    tokens = tokens == null ? Tokens.NONE : tokens;
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
    history = history == null ? List.of() : List.copyOf(history);
  }

  /** The status of a Canary that nobody has looked at yet. */
  public static final CanaryStatus NEW =
      new CanaryStatus(
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          List.of(),
          null,
          null,
          null,
          null,
          null,
          null,
          Tokens.NONE,
          List.of(),
          List.of());

  public Phase phaseOrInitial() {
    return phase == null ? Phase.Initializing : phase;
  }

  public Weight weightOrZero() {
    return weight == null ? Weight.ZERO : weight;
  }

  public Progress progressOrNone() {
    return progress == null ? Progress.NONE : progress;
  }

  /** What serves was found bad after its hand-over. */
  public boolean stableFailed() {
    return stable != null
        && rejectionOf(stable.templateDigest()).filter(r -> r.cause() == Cause.Failed).isPresent();
  }

  public Optional<Rejection> rejectionOf(String templateDigest) {
    return rejected.stream().filter(r -> r.templateDigest().equals(templateDigest)).findFirst();
  }
}
