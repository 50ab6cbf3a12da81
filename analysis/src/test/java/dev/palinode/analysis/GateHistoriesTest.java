package dev.palinode.analysis;

import static dev.palinode.analysis.Shop.ARMS;
import static dev.palinode.analysis.Shop.T0;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Generated rollouts with missed scrapes, resets, restarts of the gate and failing reads: however
 * the looks fall, the verdict at a moment is that of a gate which reads it all at once.
 */
class GateHistoriesTest {
  static java.util.stream.LongStream seeds() {
    return java.util.stream.LongStream.range(0, 60);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void anyLooks_endWhereOneLookEnds(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Duration until = Duration.ofMinutes(5 + random.nextInt(40));
    double bad = random.nextBoolean() ? 0.002 : 0.004 + random.nextDouble() * 0.02;
    Shop shop = Shop.of(seed, 5 + random.nextInt(100), 0.05 + random.nextDouble() / 2, 0.002, bad);
    List<Series> stored =
        damaged(random, random.nextBoolean() ? shop.byPod(until) : shop.byRevision(until));
    StoredMetrics store = new StoredMetrics().with(stored);
    Instant end = T0.plus(until);

    Gate gate = Shop.gate();
    Optional<String> saved = Optional.empty();
    for (Instant now = T0; now.isBefore(end); now = now.plusMillis(500 + random.nextInt(60_000))) {
      if (random.nextInt(8) == 0) {
        gate = random.nextBoolean() ? Shop.gate() : resumed(saved, Recorder.NONE);
      }
      store.instead(random.nextInt(5) == 0 ? new Answer.Unreadable<>("down") : null);
      saved = gate.look(store, ARMS, RouteWeight.told(T0), now).state();
    }
    store.instead(null);
    Reading many = gate.look(store, ARMS, RouteWeight.told(T0), end);
    Reading one = Shop.gate().look(store, ARMS, RouteWeight.told(T0), end);
    assertThat(many)
        .as("seed %d", seed)
        .usingRecursiveComparison()
        // What was sent since the weight was set is counted anew after a restart.
        .ignoringFields("shareSince", "routeErrors")
        .isEqualTo(one);
    assertThat(many.state()).isPresent();
  }

  private static Gate resumed(Optional<String> saved, Recorder recorder) {
    return saved
        .flatMap(s ->
            Gate.resume(s, BuiltInTemplates.http().metrics(), 0.01, T0, Shop.SETTINGS, recorder))
        .orElseGet(Shop::gate);
  }

  private static List<Series> damaged(SplittableRandom random, List<Series> stored) {
    List<Series> damaged = new ArrayList<>();
    for (Series series : stored) {
      double base = 0;
      List<Sample> samples = new ArrayList<>();
      for (Sample sample : series.samples()) {
        if (random.nextInt(150) == 0 && sample.value() > 2 * base + 10) {
          base = sample.value();
        }
        if (random.nextInt(20) != 0) {
          samples.add(new Sample(sample.at(), sample.value() - base));
        }
      }
      if (!samples.isEmpty()) {
        damaged.add(new Series(series.labels(), samples));
      }
    }
    return damaged;
  }
}
