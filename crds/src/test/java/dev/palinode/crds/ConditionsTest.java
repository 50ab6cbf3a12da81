package dev.palinode.crds;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConditionsTest {
  private static final Instant T0 = Instant.parse("2026-01-01T00:00:00.123Z");
  private static final Instant T1 = T0.plusSeconds(60);

  private final Condition ready = Conditions.of(Conditions.READY, true, "Idle", "All is well.", 1);
  private final Condition notReady =
      Conditions.of(Conditions.READY, false, "HoldMissing", "Set paused: true in git.", 2);
  private final Condition inSync = Conditions.of(Conditions.IN_SYNC, true, "Synced", "One.", 1);

  @Test
  void newCondition_beginsNowInWholeSeconds() {
    assertThat(Conditions.set(List.of(), ready, T0))
        .singleElement()
        .satisfies(c -> {
          assertThat(c.getStatus()).isEqualTo("True");
          assertThat(c.getLastTransitionTime()).isEqualTo("2026-01-01T00:00:00Z");
          assertThat(c.getObservedGeneration()).isEqualTo(1);
        });
  }

  @Test
  void changedStatus_beginsAnew() {
    List<Condition> after = Conditions.set(Conditions.set(List.of(), ready, T0), notReady, T1);
    assertThat(after)
        .singleElement()
        .extracting(Condition::getStatus, Condition::getLastTransitionTime)
        .containsExactly("False", "2026-01-01T00:01:00Z");
  }

  @Test
  void changedReason_keepsTheTransitionTime() {
    Condition other = Conditions.of(Conditions.READY, true, "Rolling", "At 5 %.", 3);
    assertThat(Conditions.set(Conditions.set(List.of(), ready, T0), other, T1))
        .singleElement()
        .extracting(Condition::getReason, Condition::getLastTransitionTime)
        .containsExactly("Rolling", "2026-01-01T00:00:00Z");
  }

  @Test
  void sameClaimsTwice_changeNothing() {
    List<Condition> once = Conditions.merge(List.of(), List.of(ready, inSync), T0);
    assertThat(Conditions.merge(once, List.of(inSync, ready), T1)).isEqualTo(once);
  }

  @Test
  void foreignConditions_stayInTheirPlace() {
    Condition foreign = new Condition("2025", "m", 1L, "r", "True", "Foreign");
    List<Condition> before = Conditions.merge(List.of(foreign), List.of(ready), T0);
    assertThat(Conditions.merge(before, List.of(notReady, inSync), T1))
        .extracting(Condition::getType)
        .containsExactly("Foreign", "Ready", "InSync");
    assertThat(before).first().isEqualTo(foreign);
  }

  @Test
  void incompleteOldCondition_isReplaced() {
    Condition old = new Condition();
    old.setType(Conditions.READY);
    assertThat(Conditions.set(List.of(old), ready, T1))
        .singleElement()
        .extracting(Condition::getLastTransitionTime)
        .isEqualTo("2026-01-01T00:01:00Z");
  }

  @Test
  void claimsAndInputs_areNotChanged() {
    List<Condition> before = Conditions.set(List.of(), ready, T0);
    Conditions.set(before, notReady, T1);
    assertThat(before).first().extracting(Condition::getStatus).isEqualTo("True");
    assertThat(notReady.getLastTransitionTime()).isNull();
  }

  @Test
  void removedCondition_isGone() {
    List<Condition> both = Conditions.merge(List.of(), List.of(ready, inSync), T0);
    assertThat(Conditions.without(both, Conditions.READY))
        .extracting(Condition::getType)
        .containsExactly("InSync");
    assertThat(Conditions.without(List.of(), Conditions.STALLED)).isEmpty();
  }

  @Test
  void onlyTrue_isTrue() {
    Condition unknown = Conditions.unknown(Conditions.READY, "NotSeen", "Not looked at yet.", 1);
    assertThat(Conditions.isTrue(List.of(ready), Conditions.READY)).isTrue();
    assertThat(Conditions.isTrue(List.of(notReady), Conditions.READY)).isFalse();
    assertThat(Conditions.isTrue(List.of(unknown), Conditions.READY)).isFalse();
    assertThat(Conditions.isTrue(List.of(), Conditions.READY)).isFalse();
    assertThat(Conditions.find(List.of(unknown), Conditions.READY)).contains(unknown);
  }
}
