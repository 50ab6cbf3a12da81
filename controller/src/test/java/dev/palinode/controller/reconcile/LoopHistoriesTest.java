package dev.palinode.controller.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.controller.decide.Decider;
import dev.palinode.crds.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Generated lives of a Canary; a failure prints its seed and the fewest events that show it. */
class LoopHistoriesTest {
  private static final int RUNS = Integer.getInteger("palinode.histories", 2_000);

  /** Legal, but not taken: this decider goes by way of Idle or Rejected instead. */
  private static final Set<String> UNUSED =
      Set.of("Idle -> Aborting", "Aborting -> Preparing", "Reverting -> Preparing");

  @Test
  void anyHistory_keepsEveryInvariant() {
    long seed = Long.getLong("palinode.seed", 20_260_101L);
    System.out.println("histories: " + RUNS + " from seed " + seed);
    History.Coverage coverage = new History.Coverage();
    for (int i = 0; i < RUNS; i++) {
      History history = History.generate(seed + i);
      boolean faulty = (seed + i) % 4 != 1;
      try {
        history.live(() -> new Decider(History.PACE), coverage, faulty);
      } catch (AssertionError e) {
        History small = shrink(history, faulty);
        throw new AssertionError(
            "seed " + (seed + i) + (faulty ? " with faults" : "") + ", events " + small.events(),
            e);
      }
    }
    coverage.moves.forEach((move, count) -> System.out.println("  move   " + move + "\t" + count));
    coverage.effects.forEach((e, count) -> System.out.println("  effect " + e + "\t" + count));
    coverage.crashes.forEach((c, count) -> System.out.println("  death  " + c + "\t" + count));
    assertThat(coverage.moves.keySet()).as("every move is reached").containsAll(legalMoves());
    assertThat(coverage.effects.keySet())
        .as("every effect is reached")
        .containsAll(History.WRITES.stream().filter(w -> !w.equals("save")).toList());
    assertThat(coverage.crashes.keySet())
        .as("a death before and after every write")
        .containsAll(
            History.WRITES.stream().flatMap(w -> Stream.of("before " + w, "after " + w)).toList());
  }

  private static Set<String> legalMoves() {
    Set<String> moves = new TreeSet<>();
    for (Phase from : Phase.values()) {
      from.next().forEach(to -> moves.add(from + " -> " + to));
    }
    moves.removeAll(UNUSED);
    return moves;
  }

  /** Takes events away one by one as long as the failure stays. */
  private static History shrink(History history, boolean faulty) {
    History best = history;
    boolean smaller = true;
    while (smaller) {
      smaller = false;
      for (int i = 0; i < best.events().size() && !smaller; i++) {
        List<History.Event> fewer = new ArrayList<>(best.events());
        fewer.remove(i);
        History next = new History(best.seed(), fewer);
        if (fails(next, faulty)) {
          best = next;
          smaller = true;
        }
      }
    }
    return best;
  }

  private static boolean fails(History history, boolean faulty) {
    try {
      history.live(() -> new Decider(History.PACE), new History.Coverage(), faulty);
      return false;
    } catch (AssertionError _) {
      return true;
    }
  }
}
