package dev.palinode.controller.ports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.controller.decide.Effect;
import dev.palinode.controller.decide.Route;
import dev.palinode.controller.decide.Route.Rule;
import dev.palinode.crds.Weight;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the loop relies on, whoever moves the traffic. */
public abstract class TrafficRouterContract {

  protected abstract TrafficRouter router();

  /** Routes that exist as git has them, more than one, and both hashes. */
  protected abstract RouteKey key();

  /** All there is to compare about the route objects, but for their versions. */
  protected abstract String routes();

  /** Changes with every write to any object. */
  protected abstract String versions();

  /** A GitOps agent puts git's text back and drops what git does not have. */
  protected abstract void agentResets();

  protected abstract void deleteRoutes();

  @Test
  void untouched_isAsInGit() {
    assertThat(router().problems(key())).isEmpty();
    assertThat(read().isAsInGit()).isTrue();
    assertThat(read().isOpen()).isFalse();
    assertThat(read().live()).isEmpty();
    assertThat(read().conflict()).isEmpty();
  }

  @Test
  void opened_isNotSplitYet() {
    apply(new Effect.OpenRoute());
    assertThat(read().isOpen()).isTrue();
    assertThat(read().snapshots()).hasSameSizeAs(key().virtualServices());
    assertThat(read().live()).isEmpty();
    assertThat(read().clean()).isFalse();
  }

  @Test
  void ruleWritten_isCurrentUntilTheCandidateIsAnother() {
    apply(new Effect.WriteRule());
    assertThat(read().rule()).isEqualTo(Rule.Current);
    var other = with(key().stableHash(), "another");
    assertThat(read(other).rule()).isEqualTo(Rule.Stale);
    assertThat(router().apply(other, new Effect.WriteRule())).isEqualTo(Outcome.DONE);
    assertThat(read(other).rule()).isEqualTo(Rule.Current);
  }

  @Test
  void stableReplaced_ruleIsStale() {
    apply(new Effect.WriteRule());
    assertThat(read(with("another", key().candidateHash())).rule()).isEqualTo(Rule.Stale);
  }

  @Test
  void candidateGone_ruleStaysCurrent() {
    apply(new Effect.WriteRule());
    assertThat(read(with(key().stableHash(), "")).rule()).isEqualTo(Rule.Current);
  }

  @Test
  void candidateUnknown_noRuleYet() {
    assertThat(router().apply(with("", ""), new Effect.WriteRule()))
        .isInstanceOf(Outcome.Again.class);
    assertThat(read().rule()).isEqualTo(Rule.Absent);
  }

  @Test
  void weight_isReadBack() {
    apply(new Effect.OpenRoute());
    for (var weight : List.of(Weight.ZERO, Weight.percent(0.5), Weight.percent(50), Weight.FULL)) {
      apply(new Effect.SetWeight(weight));
      assertThat(read().isAt(weight)).isTrue();
    }
  }

  @Test
  void weightOnAPlainRoute_isOpenAtOnce() {
    apply(new Effect.SetWeight(Weight.ZERO));
    assertThat(read().isAt(Weight.ZERO)).isTrue();
    assertThat(read().isOpen()).isTrue();
  }

  @Test
  void wholeLife_endsAsInGit() {
    var before = routes();
    for (var effect : life()) {
      apply(effect);
    }
    assertThat(routes()).isEqualTo(before);
    assertThat(read().isAsInGit()).isTrue();
  }

  @Test
  void everyEffectRepeated_writesNothing() {
    for (var effect : life()) {
      apply(effect);
      var versions = versions();
      apply(effect);
      assertThat(versions()).as("%s", effect).isEqualTo(versions);
    }
  }

  @Test
  void agentResets_routeIsNeitherLiveNorOpen() {
    apply(new Effect.OpenRoute());
    apply(new Effect.SetWeight(Weight.percent(5)));
    agentResets();
    assertThat(read().live()).isEmpty();
    assertThat(read().isOpen()).isFalse();
    apply(new Effect.SetWeight(Weight.percent(5)));
    assertThat(read().isAt(Weight.percent(5))).isTrue();
  }

  @Test
  void routesDeleted_nothingIsLeftToRestore() {
    apply(new Effect.SetWeight(Weight.percent(5)));
    apply(new Effect.WriteRule());
    deleteRoutes();
    assertThat(router().problems(key())).isNotEmpty();
    assertThat(router().apply(key(), new Effect.SetWeight(Weight.percent(10))))
        .isInstanceOf(Outcome.Refused.class);
    apply(new Effect.RestoreRoute());
    apply(new Effect.DeleteRule());
    assertThat(router().read(key()).isMissing()).isTrue();
  }

  private static List<Effect.OnRoute> life() {
    return List.of(
        new Effect.OpenRoute(),
        new Effect.WriteRule(),
        new Effect.SetWeight(Weight.ZERO),
        new Effect.SetWeight(Weight.percent(2.5)),
        new Effect.SetWeight(Weight.FULL),
        new Effect.RestoreRoute(),
        new Effect.DeleteRule());
  }

  protected final void apply(Effect.OnRoute effect) {
    assertThat(router().apply(key(), effect)).as("%s", effect).isEqualTo(Outcome.DONE);
  }

  protected final Route read() {
    return read(key());
  }

  private Route read(RouteKey key) {
    return router().read(key).known().orElseThrow();
  }

  private RouteKey with(String stableHash, String candidateHash) {
    var key = key();
    return new RouteKey(
        key.canary(),
        key.canaryUid(),
        key.virtualServices(),
        key.podLabels(),
        stableHash,
        candidateHash);
  }
}
