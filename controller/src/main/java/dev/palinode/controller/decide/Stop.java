package dev.palinode.controller.decide;

import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.CanaryStatus.Progress;
import dev.palinode.crds.CanaryStatus.Rejection;
import dev.palinode.crds.CanaryStatus.Release;
import dev.palinode.crds.CanaryStatus.Tokens;
import dev.palinode.crds.Cause;
import dev.palinode.crds.Phase;
import dev.palinode.crds.Weight;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A reason to end a rollout before its hand-over.
 *
 * @param reason CamelCase, for conditions and events
 * @param message one sentence
 */
record Stop(Cause cause, String reason, String message) {

  /** How often a foreign writer may reset the route, however far apart. */
  private static final int CONTESTED_LIMIT = 3;

  private static final String ABORTED = "Aborted";

  /**
   * The first reason that holds. A wish that went away is asked for before anything that would
   * reject the release: it ends the rollout without a stain.
   */
  static Optional<Stop> of(Look look) {
    return withdrawn(look.world()).or(() -> failed(look)).or(() -> unproven(look));
  }

  private static Optional<Stop> withdrawn(World world) {
    if (world.deleting()) {
      return withdrawn("CanaryDeleted", "The Canary is being deleted.");
    }
    if (world.target().isMissing()) {
      return withdrawn("TargetMissing", "The Deployment is gone.");
    }
    Target target = world.target().known().orElse(null);
    if (target == null) {
      return Optional.empty();
    }
    Release stable = world.status().stable();
    Release candidate = world.status().candidate();
    if (stable != null && !Objects.equals(stable.uid(), target.uid())) {
      return withdrawn("TargetRecreated", "The Deployment was created anew.");
    }
    if (stable != null && stable.templateDigest().equals(target.templateDigest())) {
      return withdrawn("WentBack", "The declared template is the stable one again.");
    }
    if (candidate != null && !candidate.templateDigest().equals(target.templateDigest())) {
      return withdrawn("Superseded", "A newer template replaced this candidate.");
    }
    return Optional.empty();
  }

  private static Optional<Stop> failed(Look look) {
    CanarySpec spec = look.spec();
    if (spec.abort() != null && !spec.abort().equals(look.status().tokens().abort())) {
      return failed(ABORTED, "Aborted by spec.abort: " + spec.abort() + ".");
    }
    return isFreezing(look) ? Optional.empty() : fault(look);
  }

  /** What is wrong with the release itself. */
  private static Optional<Stop> fault(Look look) {
    CanarySpec spec = look.spec();
    Optional<Workload> workload = look.world().workload().known();
    Optional<String> fault = workload.flatMap(Workload::fault);
    if (fault.isPresent()) {
      return failed("PodsBroken", fault.get());
    }
    List<String> gone = workload.map(Workload::missingConfigs).orElse(List.of());
    if (!gone.isEmpty() && look.status().phase() == Phase.Preparing) {
      return failed(
          "ConfigGone",
          "The release took away what the stable one needs to start again: ConfigMap "
              + String.join(", ", gone)
              + ".");
    }
    boolean podsLack =
        workload.flatMap(Workload::candidate).filter(c -> c.available() < c.replicas()).isPresent();
    if (podsLack && look.marked(Mark.Scaled, spec.readyDeadline().duration())) {
      return failed(
          "PodsNotReady",
          "The candidate's pods were not Ready within " + spec.readyDeadline() + ".");
    }
    return look.world()
        .judgement()
        .known()
        .filter(j -> j.result() == Judgement.Result.Fail && !Progression.unjudged(look))
        .flatMap(j -> failed("AnalysisFailed", j.reason()));
  }

  /** Weights stay whatever happens to the release, and people decide. */
  private static boolean isFreezing(Look look) {
    return look.spec().onFailure().git() == CanarySpec.GitMode.Freeze
        && !look.status().weightOrZero().isZero();
  }

  static boolean isFrozen(Look look) {
    return isFreezing(look) && fault(look).isPresent();
  }

  /** A failed release that keeps its traffic, as {@code onFailure.git: Freeze} asks; told once. */
  static Optional<Decision> freeze(Look look) {
    if (!isFrozen(look)) {
      return Optional.empty();
    }
    String message =
        "Frozen by onFailure.git: Freeze; set spec.abort or spec.skip. "
            + fault(look).orElseThrow().message();
    boolean told =
        look.status().conditions().stream()
            .anyMatch(c -> "Ready".equals(c.getType()) && "Frozen".equals(c.getReason()));
    Draft draft =
        look.draft()
            .message(message)
            .condition("Ready", false, "Frozen", message)
            .recheck(Look.BEAT.multipliedBy(2));
    look.world().judgement().known().ifPresent(j -> draft.verdict(j.evidence()));
    return Optional.of(
        told ? draft.done() : draft.effect(new Effect.Tell(true, "Frozen", message)).done());
  }

  private static Optional<Stop> unproven(Look look) {
    World world = look.world();
    Progress progress = look.progress();
    if (world.target().known().filter(t -> !t.paused()).isPresent()) {
      return unproven(
          "HoldLost",
          "The Deployment is no longer paused, so its template rolls out by itself; set"
              + " spec.paused: true in git.");
    }
    Optional<String> refused =
        world
            .workload()
            .known()
            .flatMap(Workload::candidate)
            .flatMap(Workload.ReplicaSet::createFailure);
    if (refused.isPresent()) {
      return unproven("PodsRefused", "The candidate's pods cannot be created: " + refused.get());
    }
    Optional<String> conflict = world.route().known().flatMap(Route::conflict);
    if (conflict.isPresent()) {
      return unproven("DestinationRuleConflict", conflict.get());
    }
    if (progress.contested() != null && progress.contested() >= CONTESTED_LIMIT) {
      return unproven(
          "RouteContested",
          "Another writer reset the route "
              + progress.contested()
              + " times; docs/operations.md has the settings for each GitOps agent.");
    }
    Optional<String> errors =
        Progression.unjudged(look)
            ? Optional.empty()
            : world.judgement().known().flatMap(Judgement::routeErrors);
    if (errors.isPresent()) {
      return unproven("RouteErrors", errors.get());
    }
    if (progress.recreated() != null && progress.recreated() > 1) {
      return unproven("CandidateLost", "Somebody deleted the candidate's ReplicaSet twice.");
    }
    if (deadlinePassed(look)) {
      return unproven(
          "DeadlineExceeded", "Neither promoted nor failed within " + look.spec().deadline() + ".");
    }
    return Optional.empty();
  }

  private static boolean deadlinePassed(Look look) {
    Progress p = look.progress();
    if (p.rolloutSince() == null) {
      return false;
    }
    Duration stood = p.stoppedFor() == null ? Duration.ZERO : p.stoppedFor().duration();
    if (p.stoppedSince() != null) {
      stood = stood.plus(Duration.between(p.stoppedSince(), look.now()));
    }
    return !look.now()
        .isBefore(p.rolloutSince().plus(stood).plus(look.spec().deadline().duration()));
  }

  static Optional<Stop> withdrawn(String reason, String message) {
    return Optional.of(new Stop(Cause.Withdrawn, reason, message));
  }

  static Optional<Stop> failed(String reason, String message) {
    return Optional.of(new Stop(Cause.Failed, reason, message));
  }

  static Optional<Stop> unproven(String reason, String message) {
    return Optional.of(new Stop(Cause.Unproven, reason, message));
  }

  /**
   * The first move of every unwinding: it is recorded, and in the same breath the traffic comes off
   * and git is asked. With {@code GitFirst} the commit gets its head start, bounded by its timeout.
   */
  Decision begin(Look look) {
    Draft draft = look.draft();
    draft
        .move(Phase.Aborting)
        .cause(cause)
        .message(message)
        .window(null)
        .clock(false)
        .mark(Mark.Zero)
        .condition("Reconciling", true, reason, message);
    Release candidate = look.status().candidate();
    if (candidate != null && cause != Cause.Withdrawn) {
      draft.reject(
          new Rejection(
              candidate.templateDigest(),
              candidate.revision(),
              cause,
              reason + ": " + message,
              look.now().truncatedTo(ChronoUnit.SECONDS)));
    }
    look.world().judgement().known().ifPresent(j -> draft.verdict(j.evidence()));
    Tokens t = look.status().tokens();
    boolean skipUsed = look.status().phase() == Phase.Promoting || cause != Cause.Withdrawn;
    draft.tokens(
        new Tokens(
            t.retry(),
            t.promote(),
            skipUsed && look.spec().skip() != null ? look.spec().skip() : t.skip(),
            reason.equals(ABORTED) ? look.spec().abort() : t.abort()));
    if (look.status().weight() != null) {
      draft.weight(Weight.ZERO);
      if (!Reverts.gitGoesFirst(look, cause)) {
        draft.effect(new Effect.SetWeight(Weight.ZERO));
      }
      // Effects stop at the first that fails, so behind that one git is asked only once the API
      // server has answered it with a route without candidate.
      if (cause == Cause.Failed) {
        Reverts.forCandidate(look.recordedAs(draft.done().next())).ifPresent(draft::ask);
      }
    }
    return draft.recheck(Look.SOON).done();
  }
}
