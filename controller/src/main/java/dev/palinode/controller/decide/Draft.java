package dev.palinode.controller.decide;

import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.CanaryStatus.HistoryEntry;
import dev.palinode.crds.CanaryStatus.JudgeRecord;
import dev.palinode.crds.CanaryStatus.Progress;
import dev.palinode.crds.CanaryStatus.Rejection;
import dev.palinode.crds.CanaryStatus.Release;
import dev.palinode.crds.CanaryStatus.RevertLink;
import dev.palinode.crds.CanaryStatus.Tokens;
import dev.palinode.crds.CanaryStatus.TrafficRecord;
import dev.palinode.crds.CanaryStatus.VerdictRecord;
import dev.palinode.crds.CanaryStatus.Watch;
import dev.palinode.crds.Cause;
import dev.palinode.crds.Phase;
import dev.palinode.crds.RevertStatus;
import dev.palinode.crds.Span;
import dev.palinode.crds.Weight;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The decision being written: starts as the recorded status, ends as the next one with its effects.
 * It lives for one call of the decider and is seen by nobody else.
 */
final class Draft {
  private static final int KEPT = 10;
  private static final Duration JUDGE_SAVED = Duration.ofMinutes(1);

  private final World world;
  private final Instant now;
  private final List<Effect> effects = new ArrayList<>();
  private final List<Condition> conditions;
  private Phase phase;
  private @Nullable Cause cause;
  private @Nullable String message;
  private @Nullable Integer step;
  private @Nullable Weight weight;
  private @Nullable Release stable;
  private @Nullable Release candidate;
  private List<Rejection> rejected;
  private @Nullable VerdictRecord verdict;
  private @Nullable JudgeRecord judge;
  private @Nullable Watch watch;
  private @Nullable RevertLink revert;
  private @Nullable TrafficRecord traffic;
  private @Nullable Instant phaseSince;
  private @Nullable Instant rolloutSince;
  private @Nullable String mark;
  private @Nullable Instant markSince;
  private @Nullable Instant windowSince;
  private @Nullable Instant servedSince;
  private @Nullable Instant unreadableSince;
  private @Nullable Instant stoppedSince;
  private @Nullable Span stoppedFor;
  private @Nullable Integer recreated;
  private @Nullable Integer contested;
  private Tokens tokens;
  private List<HistoryEntry> history;
  private @Nullable Duration recheck;

  Draft(World world, Instant now) {
    CanaryStatus was = world.status();
    this.world = world;
    this.now = now;
    this.conditions = new ArrayList<>(was.conditions());
    this.phase = was.phaseOrInitial();
    this.cause = was.cause();
    this.message = was.message();
    this.step = was.step();
    this.weight = was.weight();
    this.stable = was.stable();
    this.candidate = was.candidate();
    this.rejected = was.rejected();
    this.verdict = was.verdict();
    this.judge = was.judge();
    this.watch = was.watch();
    this.revert = was.revert();
    this.traffic = was.traffic();
    Progress p = was.progressOrNone();
    this.phaseSince = p.phaseSince();
    this.rolloutSince = p.rolloutSince();
    this.mark = p.mark();
    this.markSince = p.markSince();
    this.windowSince = p.windowSince();
    this.servedSince = p.servedSince();
    this.unreadableSince = p.unreadableSince();
    this.stoppedSince = p.stoppedSince();
    this.stoppedFor = p.stoppedFor();
    this.recreated = p.recreated();
    this.contested = p.contested();
    this.tokens = was.tokens();
    this.history = was.history();
  }

  Decision done() {
    Progress progress =
        new Progress(
            phaseSince,
            rolloutSince,
            mark,
            markSince,
            windowSince,
            servedSince,
            unreadableSince,
            stoppedSince,
            stoppedFor,
            recreated,
            contested);
    CanaryStatus next =
        new CanaryStatus(
            world.generation(),
            phase,
            cause,
            message,
            step,
            weight,
            stable,
            candidate,
            rejected,
            verdict,
            judgeToSave(),
            watch,
            revert,
            traffic,
            progress.equals(Progress.NONE) ? null : progress,
            tokens,
            conditions,
            history);
    return new Decision(next, effects, Optional.ofNullable(recheck));
  }

  /** With what is written anyway, and once a minute by itself: never one write a measurement. */
  private @Nullable JudgeRecord judgeToSave() {
    if (!phase.isRollout() && watch == null) {
      return null;
    }
    JudgeRecord newest = world.judgement().known().flatMap(Judgement::state).orElse(null);
    if (newest == null || newest.equals(judge)) {
      return judge;
    }
    CanaryStatus was = world.status();
    boolean writtenAnyway =
        phase != was.phase()
            || !Objects.equals(step, was.step())
            || !Objects.equals(weight, was.weight());
    boolean due = judge == null || !newest.at().isBefore(judge.at().plus(JUDGE_SAVED));
    return writtenAnyway || due ? newest : judge;
  }

  Draft effect(Effect effect) {
    effects.add(effect);
    return this;
  }

  Draft recheck(Duration after) {
    recheck = after;
    return this;
  }

  Draft message(String text) {
    message = text;
    return this;
  }

  /** Enters a phase; what was being waited for in the old one is over. */
  Draft move(Phase target) {
    if (phase != target) {
      phase = phase.to(target);
      phaseSince = now;
      mark = null;
      markSince = null;
      message = null;
    }
    return this;
  }

  /** A new rollout: every clock starts, every counter is zero. */
  Draft startClocks() {
    rolloutSince = now;
    windowSince = null;
    servedSince = null;
    unreadableSince = null;
    stoppedSince = null;
    stoppedFor = null;
    recreated = null;
    contested = null;
    judge = null;
    return this;
  }

  Draft watch(@Nullable Watch value) {
    watch = value;
    return this;
  }

  Draft cause(@Nullable Cause value) {
    cause = value;
    return this;
  }

  Draft step(@Nullable Integer value) {
    step = value;
    return this;
  }

  Draft weight(@Nullable Weight value) {
    weight = value;
    return this;
  }

  Draft stable(Release value) {
    stable = value;
    return this;
  }

  Draft candidate(@Nullable Release value) {
    candidate = value;
    return this;
  }

  Draft verdict(@Nullable VerdictRecord value) {
    verdict = value;
    return this;
  }

  Draft revert(@Nullable RevertLink value) {
    revert = value;
    return this;
  }

  /**
   * Asks for a Revert, and remembers that: it is read from then on, and asked for again if lost.
   */
  Draft ask(Effect.CreateRevert wish) {
    return revert(new RevertLink(wish.name(), RevertStatus.Phase.Pending, null, null)).effect(wish);
  }

  Draft traffic(@Nullable TrafficRecord value) {
    traffic = value;
    return this;
  }

  Draft tokens(Tokens value) {
    tokens = value;
    return this;
  }

  Tokens tokens() {
    return tokens;
  }

  /** Notes what is being written now; waits count from here. */
  Draft mark(Mark written) {
    mark = written.name();
    markSince = now;
    return this;
  }

  /** From when the current step's pause counts; null closes it. */
  Draft window(@Nullable Instant since) {
    windowSince = since;
    return this;
  }

  /** From now on the candidate answers requests: evidence counts from the first such moment. */
  Draft served() {
    servedSince = servedSince == null ? now : servedSince;
    return this;
  }

  Draft unreadable(@Nullable Instant since) {
    unreadableSince = since;
    return this;
  }

  /** Stops or restarts the clock of the deadline. */
  Draft clock(boolean stopped) {
    if (stopped && stoppedSince == null) {
      stoppedSince = now;
    } else if (!stopped && stoppedSince != null) {
      Duration before = stoppedFor == null ? Duration.ZERO : stoppedFor.duration();
      stoppedFor = Span.of(before.plus(Duration.between(stoppedSince, now)));
      stoppedSince = null;
    }
    return this;
  }

  Draft recreated() {
    recreated = recreated == null ? 1 : recreated + 1;
    return this;
  }

  Draft contested() {
    contested = contested == null ? 1 : contested + 1;
    return this;
  }

  Draft reject(Rejection rejection) {
    rejected =
        Stream.concat(
                Stream.of(rejection),
                rejected.stream()
                    .filter(r -> !r.templateDigest().equals(rejection.templateDigest())))
            .limit(KEPT)
            .toList();
    return this;
  }

  Draft admit(String templateDigest) {
    rejected = rejected.stream().filter(r -> !r.templateDigest().equals(templateDigest)).toList();
    return this;
  }

  Draft history(HistoryEntry entry) {
    history = Stream.concat(Stream.of(entry), history.stream()).limit(KEPT).toList();
    return this;
  }

  /** Sets a condition; its transition time changes only with its status. */
  Draft condition(String type, boolean value, String reason, String text) {
    Condition before =
        conditions.stream().filter(c -> type.equals(c.getType())).findFirst().orElse(null);
    String status = value ? "True" : "False";
    Condition next = new Condition();
    next.setType(type);
    next.setStatus(status);
    next.setReason(reason);
    next.setMessage(text);
    next.setObservedGeneration(world.generation());
    next.setLastTransitionTime(
        before != null && status.equals(before.getStatus())
            ? before.getLastTransitionTime()
            : now.truncatedTo(ChronoUnit.SECONDS).toString());
    if (before == null) {
      conditions.add(next);
    } else {
      conditions.set(conditions.indexOf(before), next);
    }
    return this;
  }
}
