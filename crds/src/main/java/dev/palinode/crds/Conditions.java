package dev.palinode.crds;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Kubernetes conditions as values. A condition's transition time says since when its status holds,
 * so a change of reason or message alone keeps it; and merging the same claims twice changes
 * nothing, so an unchanged world causes no status write.
 */
public final class Conditions {
  /**
   * True: the object does what its spec says. The kstatus readers of Flux and Argo CD ask for it.
   */
  public static final String READY = "Ready";

  /** True while work goes on; absent otherwise, as kstatus wants it. */
  public static final String RECONCILING = "Reconciling";

  /** True while only a person can help; absent otherwise. */
  public static final String STALLED = "Stalled";

  /** True: the declared template serves, and no Revert is open. */
  public static final String IN_SYNC = "InSync";

  private Conditions() {}

  /**
   * A claim without a transition time, which {@link #merge} gives it.
   *
   * @param reason one CamelCase word for programs
   * @param message a sentence for people
   */
  public static Condition of(
      String type, boolean holds, String reason, String message, long generation) {
    return claim(type, holds ? "True" : "False", reason, message, generation);
  }

  /** A claim that nothing is known: not false, and no reason to act. */
  public static Condition unknown(String type, String reason, String message, long generation) {
    return claim(type, "Unknown", reason, message, generation);
  }

  /**
   * The conditions after the claims were made: each claim takes the place of the one of its type or
   * goes last, all others stay.
   */
  public static List<Condition> merge(List<Condition> before, List<Condition> claims, Instant now) {
    List<Condition> after = new ArrayList<>(before);
    for (Condition claim : claims) {
      int at = indexOf(after, claim.getType());
      if (at < 0) {
        after.add(since(claim, text(now)));
      } else {
        Condition old = after.get(at);
        boolean holds =
            old.getStatus() != null
                && old.getStatus().equals(claim.getStatus())
                && old.getLastTransitionTime() != null;
        after.set(at, since(claim, holds ? old.getLastTransitionTime() : text(now)));
      }
    }
    return List.copyOf(after);
  }

  /** As {@link #merge} with one claim. */
  public static List<Condition> set(List<Condition> before, Condition claim, Instant now) {
    return merge(before, List.of(claim), now);
  }

  /** Takes a condition away: the kstatus way to say that Reconciling or Stalled is over. */
  public static List<Condition> without(List<Condition> before, String type) {
    return before.stream().filter(c -> !type.equals(c.getType())).toList();
  }

  public static Optional<Condition> find(List<Condition> conditions, String type) {
    int at = indexOf(conditions, type);
    return at < 0 ? Optional.empty() : Optional.of(conditions.get(at));
  }

  public static boolean isTrue(List<Condition> conditions, String type) {
    return find(conditions, type).map(c -> "True".equals(c.getStatus())).orElse(false);
  }

  private static Condition claim(
      String type, String status, String reason, String message, long generation) {
    return new ConditionBuilder()
        .withType(type)
        .withStatus(status)
        .withReason(reason)
        .withMessage(message)
        .withObservedGeneration(generation)
        .build();
  }

  private static Condition since(Condition claim, String time) {
    return new ConditionBuilder(claim).withLastTransitionTime(time).build();
  }

  /** Kubernetes times have whole seconds. */
  private static String text(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static int indexOf(List<Condition> conditions, String type) {
    for (int i = 0; i < conditions.size(); i++) {
      if (type.equals(conditions.get(i).getType())) {
        return i;
      }
    }
    return -1;
  }
}
