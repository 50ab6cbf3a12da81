package dev.palinode.controller.ports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.ports.Canaries.Recorded;
import dev.palinode.crds.CanarySpec;
import dev.palinode.crds.CanarySpec.Istio;
import dev.palinode.crds.CanarySpec.TargetRef;
import dev.palinode.crds.CanarySpec.Traffic;
import dev.palinode.crds.CanarySpec.VirtualServiceRef;
import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Phase;
import dev.palinode.crds.RevertSpec;
import dev.palinode.crds.RevertStatus;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the loop relies on, whoever keeps the Canaries. */
public abstract class CanariesContract {
  protected static final ObjectName NAME = new ObjectName("shop", "checkout");
  protected static final CanarySpec SPEC =
      new CanarySpec(
          new TargetRef("Deployment", "checkout"),
          null,
          new Traffic(new Istio(List.of(new VirtualServiceRef("checkout", null, null)), null)),
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null);
  private static final ObjectName REVERT = new ObjectName("shop", "checkout-7f9c2d41");

  protected abstract Canaries canaries();

  /** A person applies the Canary {@link #NAME}. */
  protected abstract void create(CanarySpec spec);

  /** Somebody else writes to it, to its metadata for example. */
  protected abstract void disturb();

  /** A person deletes it. */
  protected abstract void delete();

  /** A writer reports on the Revert. */
  protected abstract void report(ObjectName revert, RevertStatus status);

  /** What was told about it, as {@code Reason: message}. */
  protected abstract List<String> told();

  @Test
  void noCanary_isMissing() {
    assertThat(canaries().load(NAME).isMissing()).isTrue();
  }

  @Test
  void newCanary_hasEmptyStatus() {
    create(SPEC);

    Recorded canary = load();
    assertThat(canary.name()).isEqualTo(NAME);
    assertThat(canary.spec()).isEqualTo(SPEC);
    assertThat(canary.status()).isEqualTo(CanaryStatus.NEW);
    assertThat(canary.finalizer()).isFalse();
    assertThat(canary.deleting()).isFalse();
  }

  @Test
  void savedStatus_isLoaded() {
    create(SPEC);

    assertThat(canaries().save(load(), in(Phase.Idle))).isInstanceOf(Outcome.Done.class);
    assertThat(load().status()).isEqualTo(in(Phase.Idle));
    assertThat(load().spec()).isEqualTo(SPEC);
  }

  @Test
  void somebodyWroteMeanwhile_nothingIsSaved() {
    create(SPEC);
    Recorded before = load();
    disturb();

    assertThat(canaries().save(before, in(Phase.Idle))).isInstanceOf(Outcome.Again.class);
    assertThat(load().status()).isEqualTo(CanaryStatus.NEW);
  }

  @Test
  void finalizer_comesAndGoesOnce() {
    create(SPEC);
    Recorded canary = load();

    for (int i = 0; i < 2; i++) {
      assertThat(canaries().apply(canary, new Effect.AddFinalizer())).isEqualTo(Outcome.DONE);
      assertThat(load().finalizer()).isTrue();
    }
    for (int i = 0; i < 2; i++) {
      assertThat(canaries().apply(canary, new Effect.DropFinalizer())).isEqualTo(Outcome.DONE);
      assertThat(load().finalizer()).isFalse();
    }
  }

  @Test
  void deletedCanary_staysUntilItsFinalizerIsGone() {
    create(SPEC);
    Recorded canary = load();
    canaries().apply(canary, new Effect.AddFinalizer());
    delete();
    assertThat(load().deleting()).isTrue();

    assertThat(canaries().apply(canary, new Effect.DropFinalizer())).isEqualTo(Outcome.DONE);
    assertThat(canaries().load(NAME).isMissing()).isTrue();
  }

  @Test
  void canaryGone_nothingIsWrittenToIt() {
    create(SPEC);
    Recorded canary = load();
    delete();

    assertThat(canaries().save(canary, in(Phase.Idle))).isInstanceOf(Outcome.Refused.class);
    assertThat(canaries().apply(canary, new Effect.AddFinalizer())).isEqualTo(Outcome.DONE);
    assertThat(canaries().load(NAME).isMissing()).isTrue();
  }

  @Test
  void otherCanary_isMissing() {
    create(SPEC);
    assertThat(canaries().load(new ObjectName("shop", "other")).isMissing()).isTrue();
  }

  @Test
  void revert_isCreatedOnceAndThenLeftAlone() {
    create(SPEC);
    Effect.CreateRevert effect = new Effect.CreateRevert(REVERT.name(), revert("first"));
    assertThat(canaries().revert(REVERT).isMissing()).isTrue();

    assertThat(canaries().apply(load(), effect)).isEqualTo(Outcome.DONE);
    report(REVERT, pushed());
    assertThat(canaries().apply(load(), effect)).isEqualTo(Outcome.DONE);

    assertThat(canaries().revert(REVERT).known().orElseThrow().status().phaseOrPending())
        .isEqualTo(RevertStatus.Phase.Pushed);
  }

  @Test
  void pushedRevert_isObserved() {
    create(SPEC);
    canaries().apply(load(), new Effect.CreateRevert(REVERT.name(), revert("first")));
    report(REVERT, pushed());

    assertThat(canaries().apply(load(), new Effect.ObserveRevert(REVERT.name())))
        .isEqualTo(Outcome.DONE);
    assertThat(canaries().revert(REVERT).known().orElseThrow().status().phaseOrPending())
        .isEqualTo(RevertStatus.Phase.Observed);
    assertThat(canaries().revert(REVERT).known().orElseThrow().status().commit())
        .isEqualTo("c0ffee");
  }

  @Test
  void sameWords_areToldOnce() {
    create(SPEC);
    Effect.Tell effect = new Effect.Tell(true, "Rejected", "5 % of 1840 requests failed.");

    assertThat(canaries().apply(load(), effect)).isEqualTo(Outcome.DONE);
    assertThat(canaries().apply(load(), effect)).isEqualTo(Outcome.DONE);

    assertThat(told()).containsExactly("Rejected: 5 % of 1840 requests failed.");
  }

  protected final Recorded load() {
    return canaries().load(NAME).known().orElseThrow();
  }

  protected static CanaryStatus in(Phase phase) {
    CanaryStatus none = CanaryStatus.NEW;
    return new CanaryStatus(
        1L,
        phase,
        none.cause(),
        "as it should be",
        none.step(),
        none.weight(),
        none.stable(),
        none.candidate(),
        none.rejected(),
        none.verdict(),
        none.judge(),
        none.watch(),
        none.revert(),
        none.traffic(),
        none.progress(),
        none.tokens(),
        none.conditions(),
        none.history());
  }

  private static RevertStatus pushed() {
    return new RevertStatus(
        RevertStatus.Phase.Pushed, "Committed", "", "c0ffee", null, 1, null, List.of());
  }

  private static RevertSpec revert(String intent) {
    return new RevertSpec(
        intent + "-0123456789",
        "default",
        new CanarySpec.Source("https://git.example.com/shop/deploy.git", "main", "app"),
        new RevertSpec.ObjectRef("apps/v1", "Deployment", "shop", "checkout"),
        new RevertSpec.State("f".repeat(40), "sha256:f", Map.of("checkout", "checkout:2")),
        new RevertSpec.State("a".repeat(40), "sha256:a", Map.of("checkout", "checkout:1")),
        RevertSpec.Mode.Commit,
        null);
  }
}
