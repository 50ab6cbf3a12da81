package dev.palinode.analysis.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tables of the design page on what no test can beat, and what follows from them. */
class PlanTest {
  private static final double ALPHA = 0.01;
  private static final Percentage ROUNDING = Percentage.withPercentage(4);

  @ParameterizedTest
  @CsvSource({
    "0.001, 12100, 12700, 13600, 27100",
    "0.005, 817, 888, 984, 2317",
    "0.02, 109, 127, 148, 408",
    "0.1, 14, 18, 22, 68",
  })
  void bound_isThePublishedOne(double shift, double at1, double at5, double at10, double at50) {
    double[] expected = {at1, at5, at10, at50};
    double[] weights = {0.01, 0.05, 0.1, 0.5};
    for (int i = 0; i < weights.length; i++) {
      assertThat(new Detection(weights[i], 0.001, 1, 0).requests(0.001 + shift, ALPHA))
          .isCloseTo(expected[i], ROUNDING);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0.001, 0.001, 10200",
    "0.001, 0.005, 941",
    "0.001, 0.01, 394",
    "0.01, 0.001, 69000",
    "0.01, 0.005, 3300",
    "0.01, 0.01, 1000",
  })
  void pass_needsThePublishedRequests(double stable, double tolerated, double expected) {
    assertThat(new Detection(0.1, stable, 1, tolerated).requestsToPass(0.05))
        .isCloseTo(expected, ROUNDING);
  }

  /** Points that are found within 5, 10 and 60 minutes; 0 where the page has none below 50. */
  @ParameterizedTest
  @CsvSource({
    "0.1, 0, 47, 9.3",
    "1, 11, 6.0, 1.4",
    "10, 1.6, .94, .28",
    "100, .31, .20, .073",
    "1000, .081, .055, .021",
    "10000, .024, .016, .007",
  })
  void detectableIncrease_isTable43(double rps, double in5, double in10, double in60) {
    double[] expected = {in5, in10, in60};
    int[] minutes = {5, 10, 60};
    Detection detection = new Detection(0.1, 0.001, 1, 0);
    for (int i = 0; i < minutes.length; i++) {
      double points = 100 * detection.increase(rps * 0.1 * minutes[i] * 60, ALPHA);
      if (expected[i] == 0) {
        assertThat(points).isGreaterThan(50);
      } else {
        // Two digits on the page, one in its last figure.
        assertThat(points).isCloseTo(expected[i], Percentage.withPercentage(6));
      }
    }
  }

  @Test
  void withinTheMargin_nothingIsEverFound() {
    Detection detection = new Detection(0.1, 0.01, 1.2, 0.0005);
    assertThat(detection.requests(0.0125, ALPHA)).isInfinite();
    assertThat(detection.requests(0.014, ALPHA))
        .isGreaterThan(new Detection(0.1, 0.01, 1, 0).requests(0.014, ALPHA));
    assertThat(detection.increase(1e9, ALPHA)).isCloseTo(0.0025, within(1e-4));
    assertThat(new Detection(0.1, 0.01, 1, 0).requestsToPass(0.05)).isInfinite();
  }

  /** No x on the border is nearer: the bound uses the least divergence. */
  @Test
  void divergence_isTheLeastOverTheBorder() {
    double w = 0.2;
    double stable = 0.01;
    double candidate = 0.05;
    double least = Double.POSITIVE_INFINITY;
    for (double x = 1e-4; x < 0.6; x += 1e-6) {
      least =
          Math.min(
              least,
              w * Detection.divergence(candidate, 1.5 * x + 0.002)
                  + (1 - w) * Detection.divergence(stable, x));
    }
    assertThat(new Detection(w, stable, 1.5, 0.002).requests(candidate, ALPHA))
        .isCloseTo(w * Math.log(100) / least, Percentage.withPercentage(0.01));
  }

  private static Plan plan(double rps) {
    return Plan.of(
        new Plan.Service(
            rps,
            0.001,
            List.of(5.0, 25.0, 50.0),
            0.01,
            ALPHA,
            0.05,
            1.2,
            0.0005,
            0.0105,
            Duration.ofSeconds(15)),
        List.of(Duration.ofMinutes(5), Duration.ofHours(1)));
  }

  @Test
  void busyService_hasShortSteps() {
    Plan plan = plan(100);
    assertThat(plan.steps()).hasSize(3);
    assertThat(plan.steps().getFirst().pause()).isEqualTo(Duration.ofSeconds(330));
    assertThat(PlanReport.text(plan))
        .contains(
            """
            steps:
            - setWeight: 5
            - pause: {duration: 5m30s}
            - setWeight: 25
            """);
    assertThat(plan.rows())
        .allSatisfy(row -> assertThat(row.increases().getLast()).isLessThan(0.003));
  }

  @Test
  void quietService_waitsLongerAndSaysWhatItCannotSee() {
    Plan quiet = plan(1);
    assertThat(quiet.steps().getFirst().pause()).isGreaterThan(Duration.ofHours(2));
    Plan silent = plan(0.0001);
    assertThat(silent.steps()).isEmpty();
    assertThat(PlanReport.text(silent)).contains("never in practice").contains("No steps follow");
    assertThat(PlanReport.svg(silent)).startsWith("<svg ").doesNotContain("NaN");
  }

  @Test
  void steps_areLongEnoughToPass() {
    Plan plan = plan(10);
    double requests =
        plan.steps().stream().mapToDouble(s -> s.pause().toSeconds() * s.percent() / 10).sum();
    assertThat(requests)
        .isGreaterThanOrEqualTo(new Detection(0.5, 0.001, 1.2, 0.0105).requestsToPass(0.05));
  }

  @Test
  void tree_leavesOutWhatIsNeverFound() {
    assertThat(PlanReport.tree(plan(0.0001)).get("weights").toString())
        .doesNotContain("secondsToFind");
    assertThat(PlanReport.tree(plan(100)).get("weights").toString()).contains("secondsToFind");
  }
}
