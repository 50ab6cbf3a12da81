package dev.palinode.controller.decide;

import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.CanarySpec.GitMode;
import dev.palinode.crds.CanarySpec.Order;
import dev.palinode.crds.CanaryStatus.Release;
import dev.palinode.crds.CanaryStatus.VerdictRecord;
import dev.palinode.crds.Cause;
import dev.palinode.crds.RevertSpec;
import dev.palinode.crds.RevertSpec.Mode;
import dev.palinode.crds.RevertSpec.ObjectRef;
import dev.palinode.crds.RevertSpec.Reason;
import dev.palinode.crds.RevertSpec.State;
import dev.palinode.crds.Weight;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The request to git that follows from a failure: same failure, same request, same name. */
final class Reverts {
  private static final int NAME_HASH = 10;

  private Reverts() {}

  /** The Revert for the recorded candidate; empty if this Canary's failures do not reach git. */
  static Optional<Effect.CreateRevert> forCandidate(Look look) {
    return Watching.isWayBack(look)
        ? Optional.empty()
        : between(look, look.status().candidate(), Watching.lastGood(look));
  }

  /** The Revert of what serves, to what served before it. */
  static Optional<Effect.CreateRevert> forServing(Look look) {
    return between(look, look.status().stable(), Watching.lastGood(look));
  }

  private static Optional<Effect.CreateRevert> between(
      Look look, @Nullable Release failed, @Nullable Release good) {
    Optional<Mode> mode = mode(look.spec().onFailure().git());
    CanarySpec.Source source = source(look, failed);
    if (failed == null || good == null || mode.isEmpty() || source == null) {
      return Optional.empty();
    }
    String intent = intent(look, failed);
    RevertSpec spec =
        new RevertSpec(
            intent,
            look.pace().cluster(),
            source,
            new ObjectRef(
                "apps/v1",
                look.spec().targetRef().kind(),
                look.world().canary().namespace(),
                look.spec().targetRef().name()),
            new State(failed.revision(), failed.templateDigest(), failed.images()),
            new State(good.revision(), good.templateDigest(), good.images()),
            mode.get(),
            reason(look));
    return Optional.of(new Effect.CreateRevert(name(look, intent), spec));
  }

  /** Whether the commit gets a head start before the traffic comes off. */
  static boolean gitGoesFirst(Look look, @Nullable Cause cause) {
    return cause == Cause.Failed
        && look.spec().onFailure().order() == Order.GitFirst
        && forCandidate(look).isPresent();
  }

  private static CanarySpec.@Nullable Source source(Look look, @Nullable Release failed) {
    if (look.spec().source() != null) {
      return look.spec().source();
    }
    return failed == null ? null : failed.source();
  }

  private static Optional<Mode> mode(GitMode git) {
    return switch (git) {
      case Off, Freeze -> Optional.empty();
      case Notify -> Optional.of(Mode.Notify);
      case PullRequest -> Optional.of(Mode.PullRequest);
      case Commit -> Optional.of(Mode.Commit);
    };
  }

  /**
   * hash(cluster, Canary uid, failed digest, failed revision, retry token), as the API promises.
   */
  private static String intent(Look look, Release failed) {
    String text =
        String.join(
            "\n",
            look.pace().cluster(),
            look.world().uid(),
            failed.templateDigest(),
            failed.revision() == null ? "" : failed.revision(),
            look.status().tokens().retry() == null ? "" : look.status().tokens().retry());
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash).substring(0, 32);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String name(Look look, String intent) {
    return look.world().canary().name() + "-" + intent.substring(0, NAME_HASH);
  }

  /** The numbers where numbers decided; else the sentence. */
  private static Reason reason(Look look) {
    VerdictRecord v = look.status().verdict();
    Integer step = look.status().step();
    Weight weight = step == null ? null : weight(look, step);
    if (v == null || !v.result().equals(Judgement.Result.Fail.name())) {
      return new Reason(null, null, null, step, weight, null, look.why());
    }
    return new Reason(v.metric(), v.observed(), v.limit(), step, weight, v.requests(), null);
  }

  /** The share at that step; past the last one it was all. */
  private static Weight weight(Look look, int step) {
    StepPlan plan = new StepPlan(look.spec().steps());
    return plan.isPast(step) ? Weight.FULL : plan.weightAt(step);
  }
}
