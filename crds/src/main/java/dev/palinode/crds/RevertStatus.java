package dev.palinode.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a Revert came. The writer writes it; only {@link Phase#Observed} is the controller's, who
 * alone sees that the cluster follows.
 *
 * @param reason why it is Blocked or Failed, a CamelCase word
 * @param message a sentence, with the server's own words where a server refused
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record RevertStatus(
    @Nullable Phase phase,
    @Nullable String reason,
    @Nullable String message,
    @Nullable String commit,
    @Nullable String pullRequest,
    @Nullable Integer attempts,
    @Nullable Instant nextAttempt,
    List<Condition> conditions) {

  /** Where a Revert stands. */
  public enum Phase {
    Pending,
    Pushed,
    Observed,
    PullRequest,
    Superseded,
    Blocked,
    Failed;

    /** True if nothing will ever change it. */
    public boolean isFinal() {
      return switch (this) {
        case Observed, Superseded, Failed -> true;
        case Pending, Pushed, PullRequest, Blocked -> false;
      };
    }

    /** True if something may still be written for it. */
    public boolean isUnderWay() {
      return switch (this) {
        case Pending, PullRequest -> true;
        case Pushed, Observed, Superseded, Blocked, Failed -> false;
      };
    }

    /** True if nobody needs to wait for the writer: it is done, or people are to act. */
    public boolean isSettled() {
      return switch (this) {
        case Pending -> false;
        case Pushed, Observed, PullRequest, Superseded, Blocked, Failed -> true;
      };
    }
  }

  public RevertStatus {
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }

  public static final RevertStatus NEW =
      new RevertStatus(null, null, null, null, null, null, null, List.of());

  public Phase phaseOrPending() {
    return phase == null ? Phase.Pending : phase;
  }
}
