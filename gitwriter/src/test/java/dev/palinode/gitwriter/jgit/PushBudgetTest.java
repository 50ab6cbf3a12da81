package dev.palinode.gitwriter.jgit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PushBudgetTest {
  private final AtomicLong nanos = new AtomicLong(-1L);
  private final PushBudget budget = new PushBudget(nanos::get);

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void freshBudget_allowsAMinutesWorthAtOnceThenDrips() {
    for (int i = 0; i < 6; i++) {
      assertThat(budget.untilNext(6)).isZero();
      budget.spend();
    }
    assertThat(budget.untilNext(6)).isEqualTo(Duration.ofSeconds(10));
    pass(Duration.ofSeconds(9));
    assertThat(budget.untilNext(6)).isEqualTo(Duration.ofSeconds(1));
    pass(Duration.ofSeconds(1));
    assertThat(budget.untilNext(6)).isZero();
  }

  @Test
  void longRest_savesUpNoMoreThanAMinutesWorth() {
    assertThat(budget.untilNext(2)).isZero();
    pass(Duration.ofDays(1));
    for (int i = 0; i < 2; i++) {
      assertThat(budget.untilNext(2)).isZero();
      budget.spend();
    }
    assertThat(budget.untilNext(2)).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void debtOfARefusedBatch_isPaidOff() {
    assertThat(budget.untilNext(1)).isZero();
    budget.spend();
    budget.spend();
    budget.spend();
    assertThat(budget.untilNext(1)).isEqualTo(Duration.ofMinutes(3));
  }

  @Test
  void changedRate_holdsAtOnce() {
    assertThat(budget.untilNext(1)).isZero();
    budget.spend();
    assertThat(budget.untilNext(60)).isEqualTo(Duration.ofSeconds(1));
  }
}
