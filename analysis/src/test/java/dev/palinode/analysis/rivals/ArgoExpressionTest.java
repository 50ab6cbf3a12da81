package dev.palinode.analysis.rivals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgoExpressionTest {
  private static final List<Double> RESULT = List.of(0.97, 0.5, Double.NaN);

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '`',
      value = {
        "result[0] >= 0.95 => true",
        "result[0] < 0.95 => false",
        "result[-1] == result[-1] => false", // NaN
        "isNaN(result[2]) || result[2] > 1 => true",
        "isNaN(result[2]) && result[2] > 1 => false",
        "!isNaN(result[0]) and result[0] > 0.9 => true",
        "not (result[0] > 0.9) or false => false",
        "isInf(1 / 0) => true",
        "isInf(result[0]) => false",
        "asInt(\"7\") == 7 => true",
        "asInt('7.9') == 7 => true",
        "asFloat('0.5') == result[1] => true",
        "isNil(nil) => true",
        "isNil(result) => false",
        "default(nil, 3) == 3 => true",
        "default(result[1], 3) == 0.5 => true",
        "len(result) == 3 => true",
        "1 + 2 * 3 - 4 / 2 == 5 => true",
        "7 % 4 == 3 => true",
        "-2 < 1e-3 => true",
        "1_000 == 1000 => true",
        "result[0] > 0.9 ? result[1] == 0.5 : false => true",
        "'a' != 'b' => true",
        "all(result, {# >= 0.4}) => false", // NaN
        "any(result, {# > 0.9}) => true",
        "none(result, {# > 1}) => true",
        "one(result, {# > 0.9}) => true",
        "result[1] * 2 >= 1.0 && (result[0] > 1 || result[0] > 0) => true",
      })
  void condition_holdsOrNot(String condition, boolean expected) {
    assertThat(ArgoExpression.holds(condition, RESULT)).isEqualTo(expected);
  }

  @Test
  void scalar_isANumber() {
    assertThat(ArgoExpression.holds("result < 5", 4.0)).isTrue();
    assertThat(ArgoExpression.holds("isNil(result)", null)).isTrue();
  }

  @Test
  void leftSide_decidesWhetherTheRightIsAsked() {
    assertThat(ArgoExpression.holds("len(result) == 0 || result[0] > 1", List.of())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "result[0]",
        "result[9] > 1",
        "result[0.5] > 1",
        "result > 1",
        "result[0] >",
        "result[0] > 1 2",
        "(result[0] > 1",
        "unknown(result)",
        "result[0] & 1",
        "isNaN()",
        "asInt('x') == 1",
        "'a' < 'b'",
        "1 && true",
        "# > 1",
        "all(result, # > 1)",
      })
  void whatCannotBeRead_isAFailure(String condition) {
    assertThatThrownBy(() -> ArgoExpression.holds(condition, RESULT))
        .isInstanceOf(ArgoExpression.Failure.class);
  }
}
