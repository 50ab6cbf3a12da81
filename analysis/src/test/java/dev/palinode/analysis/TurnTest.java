package dev.palinode.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TurnTest {
  @Test
  void dependencyBreaks_countsInThatWindowAndTheNext() {
    Turn turn = new Turn();
    assertThat(turn.add(7, 1_350)).as("nothing to compare with").isZero();
    assertThat(turn.add(6, 1_350)).isZero();
    assertThat(turn.add(70, 1_350)).isCloseTo(64 / 1_350.0, within(1e-12));
    assertThat(turn.add(135, 1_350)).isCloseTo(65 / 1_350.0, within(1e-12));
    assertThat(turn.add(135, 1_350))
        .as("a scrape may be missed")
        .isCloseTo(65 / 1_350.0, within(1e-12));
    assertThat(turn.add(136, 1_350)).isZero();
  }

  @Test
  void dependencyComesBack_countsAsWell() {
    Turn turn = new Turn();
    turn.add(135, 1_350);
    assertThat(turn.add(7, 1_350)).isCloseTo(128 / 1_350.0, within(1e-12));
  }

  @Test
  void moreTraffic_isNoTurn() {
    Turn turn = new Turn();
    turn.add(100, 10_000);
    assertThat(turn.add(1_000, 100_000)).isZero();
  }

  @Test
  void firstBadRequests_areNoTurn() {
    Turn turn = new Turn();
    turn.add(0, 15);
    assertThat(turn.add(2, 14)).isZero();
  }

  @Test
  void silence_changesNothing() {
    Turn turn = new Turn();
    turn.add(7, 1_350);
    assertThat(turn.add(0, 0)).isZero();
    assertThat(turn.add(8, 1_350)).isZero();
  }

  /** What the turn takes away can only make the evidence less, for harm and for health. */
  @Test
  void evidence_isNeverMoreThanWithoutTheTurn() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 10_000; i++) {
      double stable = random.nextDouble() * 0.2;
      double rho = 1 + random.nextDouble();
      double delta = random.nextDouble() * 0.01;
      double border = rho * stable + delta;
      double nb = random.nextInt(2_000);
      double b = random.nextInt((int) nb + 1);
      double apart = random.nextDouble() * nb;
      double nc = 1 + random.nextInt(500);
      double c = random.nextInt((int) nc + 1);
      double worse = border + (1 - border) * random.nextDouble();
      assertThat(increment(nc, c, nb, Math.min(nb, b + apart), worse, stable, rho, delta))
          .isLessThanOrEqualTo(increment(nc, c, nb, b, worse, stable, rho, delta) + 1e-9);
      double better = border * random.nextDouble();
      assertThat(increment(nc, c, nb, Math.max(0, b - apart), better, stable, rho, delta))
          .isLessThanOrEqualTo(increment(nc, c, nb, b, better, stable, rho, delta) + 1e-9);
    }
  }

  private static double increment(
      double nc, double c, double nb, double b, double p, double stable, double rho, double delta) {
    return SequentialTest.logIncrement(nc, c, nb, b, p, stable, rho, delta);
  }
}
