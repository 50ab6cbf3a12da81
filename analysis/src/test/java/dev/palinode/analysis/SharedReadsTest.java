package dev.palinode.analysis;

import static dev.palinode.analysis.Shop.T0;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Many rollouts, one question; each is told what it would have been told alone. */
class SharedReadsTest {
  private static final int SERVICES = 8;
  private static final Duration UNTIL = Duration.ofMinutes(3);

  /** The same shop under several names, some of them with signs of a regular expression. */
  private static String name(int i) {
    return "checkout." + i;
  }

  private static Arms arms(int i) {
    Arms a = Shop.ARMS;
    return new Arms(
        a.serviceNamespace(),
        name(i),
        a.candidateRevision(),
        a.candidatePodPrefix(),
        a.candidatePods(),
        a.stablePods());
  }

  private static StoredMetrics store() {
    List<Series> all = new ArrayList<>();
    for (int i = 0; i < SERVICES; i++) {
      for (Series series : Shop.of(i, 50, 0.1, 0.002, i % 2 == 0 ? 0.002 : 0.1).byPod(UNTIL)) {
        Map<String, String> labels = new HashMap<>(series.labels());
        labels.put("destination_service_name", name(i));
        all.add(new Series(labels, series.samples()));
      }
    }
    return new StoredMetrics().with(all);
  }

  private static List<Reading> watch(StoredMetrics store, MetricSource source) {
    List<Gate> gates = new ArrayList<>();
    for (int i = 0; i < SERVICES; i++) {
      gates.add(Shop.gate());
    }
    List<Reading> last = new ArrayList<>();
    for (Instant now = T0; !now.isAfter(T0.plus(UNTIL)); now = now.plusSeconds(5)) {
      store.at(now);
      last.clear();
      for (int i = 0; i < SERVICES; i++) {
        last.add(gates.get(i).look(source, arms(i), RouteWeight.told(T0), now));
      }
    }
    return last;
  }

  @Test
  void manyRollouts_areToldWhatEachWouldBeToldAlone() {
    StoredMetrics alone = store();
    List<Reading> expected = watch(alone, alone);
    StoredMetrics together = store();
    assertThat(watch(together, new SharedReads(together))).isEqualTo(expected);
    assertThat(expected).extracting(r -> r.verdict() instanceof Verdict.Fail).contains(true, false);
    assertThat(together.asked.size())
        .as("questions for %d rollouts instead of %d", SERVICES, alone.asked.size())
        .isLessThan(alone.asked.size() / (SERVICES / 2));
  }

  @Test
  void oneRollout_asksItsOwnQuestion() {
    StoredMetrics alone = store();
    Shop.gate().look(alone, arms(0), RouteWeight.told(T0), T0.plusSeconds(40));
    StoredMetrics shared = store();
    Shop.gate().look(new SharedReads(shared), arms(0), RouteWeight.told(T0), T0.plusSeconds(40));
    assertThat(shared.asked).isEqualTo(alone.asked);
  }

  private static final String ALL =
      "requests{destination_service_namespace=\"%s\",destination_service_name=\"%s\"}";

  private static Series counter(String namespace, String name, Instant... at) {
    return StoredMetrics.series(
        "requests",
        java.util.Arrays.stream(at).map(t -> new Sample(t, 1)).toList(),
        "destination_service_namespace",
        namespace,
        "destination_service_name",
        name);
  }

  @Test
  void sameNameInAnotherNamespace_isNotMixedUp() {
    StoredMetrics store =
        new StoredMetrics()
            .with(counter("a", "x", T0), counter("b", "x", T0), counter("b", "y", T0));
    SharedReads shared = new SharedReads(store);
    Duration minute = Duration.ofMinutes(1);
    shared.samples(ALL.formatted("b", "y"), T0, minute);
    var answer = (Answer.Known<List<Series>>) shared.samples(ALL.formatted("a", "x"), T0, minute);
    assertThat(answer.value()).containsExactly(counter("a", "x", T0));
    assertThat(shared.samples(ALL.formatted("b", "y"), T0, minute))
        .isEqualTo(new Answer.Known<>(List.of(counter("b", "y", T0))));
    assertThat(store.asked).hasSize(2);
  }

  @Test
  void shorterWindow_isCutFromTheLongerOne() {
    Instant early = T0.minusSeconds(50);
    StoredMetrics store =
        new StoredMetrics().with(counter("a", "x", early, T0), counter("a", "y", early, T0));
    SharedReads shared = new SharedReads(store);
    shared.samples(ALL.formatted("a", "x"), T0, Duration.ofSeconds(60));
    shared.samples(ALL.formatted("a", "y"), T0, Duration.ofSeconds(60));
    assertThat(shared.samples(ALL.formatted("a", "x"), T0, Duration.ofSeconds(30)))
        .isEqualTo(new Answer.Known<>(List.of(counter("a", "x", T0))));
    assertThat(store.asked).hasSize(2);
  }

  @Test
  void nativeHistograms_areSharedToo() {
    Instant early = T0.minusSeconds(50);
    List<HistogramSample> both =
        List.of(
            new HistogramSample(early, Spread.NOTHING), new HistogramSample(T0, Spread.NOTHING));
    List<Series> stored = new ArrayList<>();
    for (String name : List.of("x", "y")) {
      stored.add(new Series(counter("a", name).labels(), List.of(), both));
    }
    StoredMetrics store = new StoredMetrics().with(stored);
    SharedReads shared = new SharedReads(store);
    shared.samples(ALL.formatted("a", "x"), T0, Duration.ofSeconds(60));
    shared.samples(ALL.formatted("a", "y"), T0, Duration.ofSeconds(60));
    assertThat(shared.samples(ALL.formatted("a", "x"), T0, Duration.ofSeconds(30)))
        .isEqualTo(
            new Answer.Known<>(
                List.of(
                    new Series(counter("a", "x").labels(), List.of(), List.of(both.getLast())))));
    assertThat(store.asked).hasSize(2);
  }

  @Test
  void silentRollout_isNotReadForAnyMore() {
    StoredMetrics store = new StoredMetrics();
    SharedReads shared = new SharedReads(store);
    Duration minute = Duration.ofMinutes(1);
    shared.samples(ALL.formatted("a", "x"), T0, minute);
    shared.samples(ALL.formatted("a", "gone"), T0, minute);
    shared.samples(ALL.formatted("a", "x"), T0.plusSeconds(200), minute);
    assertThat(store.asked.getLast()).doesNotContain("gone");
  }

  @Test
  void tooMuchTogether_isAskedAlone() {
    StoredMetrics store = new StoredMetrics().with(counter("a", "y", T0));
    MetricSource picky =
        new MetricSource() {
          @Override
          public Answer<List<Series>> samples(String selector, Instant end, Duration window) {
            return selector.contains("|")
                ? new Answer.Unreadable<>("the answer is too large")
                : store.samples(selector, end, window);
          }

          @Override
          public Answer<List<Sample>> instant(String query, Instant at) {
            return store.instant(query, at);
          }
        };
    SharedReads shared = new SharedReads(picky);
    Duration minute = Duration.ofMinutes(1);
    shared.samples(ALL.formatted("a", "x"), T0, minute);
    assertThat(shared.samples(ALL.formatted("a", "y"), T0, minute))
        .isEqualTo(new Answer.Known<>(List.of(counter("a", "y", T0))));
  }

  @Test
  void unreadable_isToldAndNotKept() {
    StoredMetrics store = new StoredMetrics().with(counter("a", "y", T0));
    SharedReads shared = new SharedReads(store);
    Duration minute = Duration.ofMinutes(1);
    shared.samples(ALL.formatted("a", "x"), T0, minute);
    store.instead(new Answer.Unreadable<>("down"));
    assertThat(shared.samples(ALL.formatted("a", "y"), T0, minute))
        .isEqualTo(new Answer.Unreadable<>("down"));
    store.instead(null);
    assertThat(shared.samples(ALL.formatted("a", "y"), T0, minute))
        .isEqualTo(new Answer.Known<>(List.of(counter("a", "y", T0))));
    assertThat(store.asked.getLast()).as("for a while").doesNotContain("|");
    shared.samples(ALL.formatted("a", "x"), T0.plusSeconds(125), minute);
    shared.samples(ALL.formatted("a", "y"), T0.plusSeconds(125), minute);
    assertThat(store.asked.getLast()).as("then together again").contains("|");
  }
}
