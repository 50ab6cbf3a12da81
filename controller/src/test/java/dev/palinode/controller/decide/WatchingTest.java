package dev.palinode.controller.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.CanarySpec.GitMode;
import dev.palinode.crds.CanaryStatus.JudgeRecord;
import dev.palinode.crds.CanaryStatus.RevertLink;
import dev.palinode.crds.CanaryStatus.Watch;
import dev.palinode.crds.Cause;
import dev.palinode.crds.Conditions;
import dev.palinode.crds.Phase;
import dev.palinode.crds.RevertStatus;
import dev.palinode.crds.Weight;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What follows when a release serves alone, and what is saved of its judge. */
class WatchingTest {
  private static final long TEN_MINUTES = 600;

  /** v2 was promoted a minute ago and is the declared release; v1 served before. */
  private static Worlds watching() {
    return Worlds.idle()
        .with(w -> {
          w.stable = Worlds.release("v2", "r2");
          w.declared = "v2";
          w.servedAge = 400L;
          w.watch = new Watch(Worlds.release("v1", "r1"), "checkout", Worlds.NOW.minusSeconds(60));
          w.result = Judgement.Result.Pass;
        });
  }

  /** The same, found bad. */
  private static Worlds failed() {
    return watching()
        .with(w -> {
          w.rejected = List.of(Worlds.rejection("v2", Cause.Failed));
          w.cause = Cause.Failed;
          w.result = null;
        });
  }

  private static String reason(Decision d, String type) {
    return Conditions.find(d.next().conditions(), type).orElseThrow().getReason();
  }

  private static List<Effect.CreateRevert> reverts(Decision d) {
    return d.effects().stream()
        .filter(Effect.CreateRevert.class::isInstance)
        .map(Effect.CreateRevert.class::cast)
        .toList();
  }

  @Test
  void promoted_isWatchedAgainstWhatServedBefore() {
    Decision done =
        Worlds.draining()
            .with(w -> {
              w.open = false;
              w.live = null;
              w.rule = Route.Rule.Absent;
            })
            .decide();
    assertThat(done.next().phase()).isEqualTo(Phase.Idle);
    Watch watch = done.next().watch();
    assertThat(watch).isNotNull();
    assertThat(watch.before().templateDigest()).isEqualTo("v1");
    assertThat(watch.since()).isEqualTo(Worlds.NOW);
    assertThat(done.next().stable().templateDigest()).isEqualTo("v2");
  }

  @Test
  void passing_isAtRestAndLookedAtAgain() {
    Decision d = watching().decide();
    assertThat(reason(d, Conditions.READY)).isEqualTo("Serving");
    assertThat(d.recheckAfter()).isPresent();
    assertThat(d.next().watch()).isNotNull();
  }

  @ParameterizedTest
  @EnumSource(
      value = Judgement.Result.class,
      names = {"Inconclusive", "Invalid"})
  void withoutProof_nothingHappens(Judgement.Result result) {
    Decision d = watching().with(w -> w.result = result).decide();
    assertThat(d.next().rejected()).isEmpty();
    assertThat(d.effects()).isEmpty();
  }

  /** A later commit that touches the Deployment is not the one to revert. */
  @Test
  void laterCommitOnTop_leavesTheRevisionThatBroughtIt() {
    Decision d = watching().with(w -> w.revision = "r9").decide();
    assertThat(d.next().stable().revision()).isEqualTo("r2");
    Decision after =
        watching()
            .with(w -> {
              w.revision = "r9";
              w.watch = null;
            })
            .decide();
    assertThat(after.next().stable().revision()).isEqualTo("r9");
  }

  @Test
  void wholeRouteIsFailing_isNotTheReleasesFault() {
    Decision d =
        watching()
            .with(w -> {
              w.result = Judgement.Result.Fail;
              w.routeErrors = Optional.of("90 of 100 requests failed without reaching any pod");
            })
            .decide();
    assertThat(d.next().stableFailed()).isFalse();
  }

  @Test
  void holdIsLostMeanwhile_aFailureIsStillAFailure() {
    Decision d =
        watching()
            .with(w -> {
              w.holdLabel = "none";
              w.result = Judgement.Result.Fail;
            })
            .decide();
    assertThat(d.next().stableFailed()).isTrue();
  }

  @Test
  void templateIsGone_theWayBackIsOpen() {
    Decision d =
        failed()
            .with(w -> {
              w.declared = "v1";
              w.problems = List.of(new World.Problem("TemplateMissing", "create it"));
            })
            .decide();
    assertThat(d.next().phase()).isEqualTo(Phase.Preparing);
  }

  @Test
  void revertOfAnotherRelease_doesNotStandForThisOne() {
    Decision d =
        failed()
            .with(w -> {
              w.link = new RevertLink("checkout-other", RevertStatus.Phase.Pushed, "c0ffee", null);
              w.revert = RevertStatus.Phase.Pushed;
            })
            .decide();
    assertThat(reverts(d)).hasSize(1);
  }

  @Test
  void revertIsBlocked_peopleAreToldThatGitStillDeclaresIt() {
    String name = reverts(failed().decide()).getFirst().name();
    Decision d =
        failed()
            .with(w -> {
              w.link = new RevertLink(name, RevertStatus.Phase.Blocked, null, null);
              w.revert = RevertStatus.Phase.Blocked;
            })
            .decide();
    assertThat(reverts(d)).isEmpty();
    assertThat(d.next().message()).contains("is Blocked, so git still declares it");
  }

  @Test
  void timeIsUp_itIsBelieved() {
    Decision d = watching().with(w -> w.now = Worlds.NOW.plusSeconds(TEN_MINUTES)).decide();
    assertThat(d.next().watch()).isNull();
    assertThat(d.next().judge()).isNull();
  }

  @Test
  void fail_isRecordedAndGitIsAskedInTheSameBreath() {
    Worlds world = watching().with(w -> w.result = Judgement.Result.Fail);
    Decision first = world.decide();
    assertThat(first.next().phase()).as("nothing else has pods").isEqualTo(Phase.Idle);
    assertThat(first.next().stableFailed()).isTrue();
    assertThat(first.next().verdict().result()).isEqualTo("Fail");
    assertThat(first.next().history().getFirst().outcome()).isEqualTo("Failed");
    Effect.CreateRevert revert = reverts(first).getFirst();
    assertThat(revert.spec().failed().revision()).isEqualTo("r2");
    assertThat(revert.spec().lastGood().revision()).isEqualTo("r1");
    assertThat(first.next().revert().name()).isEqualTo(revert.name());
    assertThat(first.effects()).hasSize(2).last().isInstanceOf(Effect.Tell.class);

    Decision second = world.after(first, 0).decide();
    assertThat(reverts(second)).as("lost in between").hasSize(1);
    assertThat(reverts(second).getFirst().name()).isEqualTo(revert.name());
    assertThat(reason(second, Conditions.READY)).isEqualTo("FailedAfterHandOver");

    Decision third =
        world.after(second, 1).with(w -> w.revert = RevertStatus.Phase.Pushed).decide();
    assertThat(reverts(third)).isEmpty();
  }

  @Test
  void abort_isAFailure() {
    Worlds world = watching().with(w -> w.abort = "it burns");
    Decision first = world.decide();
    assertThat(first.next().stableFailed()).isTrue();
    assertThat(first.next().tokens().abort()).isEqualTo("it burns");
    assertThat(reverts(first)).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(
      value = GitMode.class,
      names = {"Off", "Freeze"})
  void modeThatLeavesGitAlone_onlyTells(GitMode mode) {
    Worlds world = failed().with(w -> w.git = mode);
    Decision d = world.decide();
    assertThat(reverts(d)).isEmpty();
    assertThat(d.next().message()).contains("spec.retry");
  }

  @Test
  void revertIsFinal_noOtherIsAskedFor() {
    String name = reverts(failed().decide()).getFirst().name();
    Decision d =
        failed()
            .with(w -> w.link = new RevertLink(name, RevertStatus.Phase.Superseded, null, null))
            .decide();
    assertThat(reverts(d)).isEmpty();
  }

  @Test
  void retry_keepsTheRelease() {
    Decision d = failed().with(w -> w.retry = "we want it").decide();
    assertThat(d.next().stableFailed()).isFalse();
    assertThat(d.next().watch()).isNull();
    assertThat(d.next().tokens().retry()).isEqualTo("we want it");
  }

  @Test
  void revertApplied_goesBackWithoutBeingJudged() {
    Worlds world =
        failed()
            .with(w -> {
              w.declared = "v1";
              w.link = new RevertLink("checkout-1", RevertStatus.Phase.Pushed, "c0ffee", null);
              w.revert = RevertStatus.Phase.Pushed;
            });
    Decision d = world.decide();
    assertThat(d.next().phase()).isEqualTo(Phase.Preparing);
    assertThat(d.next().revert()).as("observed once it serves").isNotNull();
    assertThat(d.next().watch()).isNotNull();

    Decision climbing = wayBack().with(w -> w.result = Judgement.Result.Fail).decide();
    assertThat(climbing.next().phase()).isEqualTo(Phase.Promoting);
  }

  private static Worlds wayBack() {
    return Worlds.progressing()
        .with(w -> {
          w.stable = Worlds.release("v2", "r2");
          w.candidate = Worlds.release("v1", "r3");
          w.declared = "v1";
          w.candidateSet = "v1";
          w.watch = failed().watch;
          w.rejected = failed().rejected;
        });
  }

  /** Whatever happens to the way back, git is never asked to declare the failed release again. */
  @Test
  void wayBackBreaks_gitStays() {
    Worlds world = wayBack().with(w -> w.podFault = Optional.of("CrashLoopBackOff"));
    Decision stopped = world.decide();
    assertThat(stopped.next().phase()).isEqualTo(Phase.Aborting);
    for (int i = 0; i < 20; i++) {
      assertThat(reverts(stopped)).isEmpty();
      stopped = world.after(stopped, 20).with(w -> w.live = Weight.ZERO).decide();
    }
  }

  @Test
  void anotherReleaseThatFails_goesBackPastTheFailedOne() {
    Decision d = failed().with(w -> w.declared = "v3").decide();
    assertThat(d.next().phase()).isEqualTo(Phase.Preparing);

    Decision off =
        Worlds.aborting(Cause.Failed)
            .with(w -> {
              w.stable = Worlds.release("v2", "r2");
              w.candidate = Worlds.release("v3", "r3");
              w.declared = "v3";
              w.watch = d.next().watch();
              w.rejected =
                  List.of(
                      Worlds.rejection("v3", Cause.Failed), Worlds.rejection("v2", Cause.Failed));
              w.live = Weight.ZERO;
            })
            .decide();
    assertThat(reverts(off).getFirst().spec().lastGood().templateDigest()).isEqualTo("v1");
  }

  // ---- what is saved of the judge ----

  private static JudgeRecord state(long secondsAgo) {
    return new JudgeRecord(Worlds.NOW.minusSeconds(secondsAgo), "state of " + secondsAgo);
  }

  private static JudgeRecord saved(Consumer<Worlds> but) {
    return Worlds.progressing().with(but).decide().next().judge();
  }

  @Test
  void judgeState_isSavedOnceAMinuteAndWithEveryStep() {
    assertThat(saved(w -> w.judged = state(5))).as("the first").isEqualTo(state(5));
    assertThat(
            saved(w -> {
              w.saved = state(60);
              w.judged = state(5);
            }))
        .as("younger than a minute")
        .isEqualTo(state(60));
    assertThat(
            saved(w -> {
              w.saved = state(65);
              w.judged = state(5);
            }))
        .as("a minute old")
        .isEqualTo(state(5));
    assertThat(
            saved(w -> {
              w.saved = state(20);
              w.judged = state(5);
              w.result = Judgement.Result.Fail;
            }))
        .as("with the phase")
        .isEqualTo(state(5));
  }

  @Test
  void judgeState_endsWithTheRollout() {
    Decision d =
        Worlds.idle()
            .with(w -> {
              w.declared = "v1";
              w.saved = state(20);
            })
            .decide();
    assertThat(d.next().judge()).isNull();
  }
}
