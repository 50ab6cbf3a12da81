package dev.palinode.crds;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ObservedTest {
  private final Observed<Integer> known = Observed.known(2);
  private final Observed<Integer> missing = Observed.missing();
  private final Observed<Integer> unreadable = Observed.unreadable("the server is away");

  @Test
  void knownValue_isHandedOut() {
    assertThat(known.known()).contains(2);
    assertThat(known.isMissing()).isFalse();
    assertThat(known.isUnreadable()).isFalse();
  }

  @Test
  void missingAndUnreadable_areToldApart() {
    assertThat(missing.known()).isEmpty();
    assertThat(missing.isMissing()).isTrue();
    assertThat(missing.isUnreadable()).isFalse();
    assertThat(unreadable.known()).isEmpty();
    assertThat(unreadable.isMissing()).isFalse();
    assertThat(unreadable.isUnreadable()).isTrue();
  }

  @Test
  void map_changesTheValueAndKeepsTheReason() {
    assertThat(known.map(n -> "n" + n)).isEqualTo(Observed.known("n2"));
    assertThat(missing.map(n -> "n" + n)).isEqualTo(Observed.missing());
    assertThat(unreadable.map(n -> "n" + n)).isEqualTo(Observed.unreadable("the server is away"));
  }
}
