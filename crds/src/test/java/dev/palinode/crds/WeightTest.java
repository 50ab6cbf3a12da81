package dev.palinode.crds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WeightTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0, 0 %",
    "5, 500, 5 %",
    "12.5, 1250, 12.5 %",
    "0.07, 7, 0.07 %",
    "100, 10000, 100 %"
  })
  void percent_isExactInBasisPoints(double percent, int basisPoints, String text) {
    Weight weight = Weight.percent(percent);
    assertThat(weight.basisPoints()).isEqualTo(basisPoints);
    assertThat(weight.asPercent()).isEqualTo(percent);
    assertThat(weight).hasToString(text);
  }

  @Test
  void everyBasisPoint_survivesTheWayThroughPercent() {
    for (int bp = 0; bp <= 10_000; bp++) {
      assertThat(Weight.percent(new Weight(bp).asPercent())).isEqualTo(new Weight(bp));
    }
  }

  @Test
  void tinyWish_isNeverNothing() {
    assertThat(Weight.percent(0.001)).isEqualTo(new Weight(1));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.01, -5, 100.001, 250, Double.NaN, Double.POSITIVE_INFINITY, 1e12})
  void percentOutsideTheRange_throws(double percent) {
    assertThatThrownBy(() -> Weight.percent(percent)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void order_isThatOfTheShares() {
    assertThat(Weight.ZERO).isLessThan(Weight.percent(5)).isLessThan(Weight.FULL);
    assertThat(Weight.ZERO.isZero()).isTrue();
    assertThat(Weight.percent(25).fraction()).isEqualTo(0.25);
  }
}
