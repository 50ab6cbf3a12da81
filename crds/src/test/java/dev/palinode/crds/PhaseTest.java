package dev.palinode.crds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PhaseTest {
  /** Written down a second time, as the contract has it: a slip in one copy shows. */
  private static final Map<Phase, Set<Phase>> CONTRACT =
      """
      Initializing -> Idle
      Idle         -> Preparing | Aborting | Rejected | Initializing
      Preparing    -> Progressing | Aborting
      Progressing  -> Promoting | Aborting
      Promoting    -> Draining | Aborting
      Draining     -> Idle
      Aborting     -> Reverting | Rejected | Idle | Preparing | Initializing
      Reverting    -> Rejected | Idle | Preparing | Initializing
      Rejected     -> Idle | Preparing | Reverting | Initializing
      """
          .lines()
          .map(line -> line.split("->"))
          .collect(
              Collectors.toMap(
                  sides -> Phase.valueOf(sides[0].strip()),
                  sides ->
                      Arrays.stream(sides[1].split("\\|"))
                          .map(name -> Phase.valueOf(name.strip()))
                          .collect(Collectors.toSet())));

  @ParameterizedTest
  @EnumSource
  void move_isLegalExactlyWhenTheContractHasIt(Phase from) {
    for (Phase to : Phase.values()) {
      if (from == to || CONTRACT.get(from).contains(to)) {
        assertThat(from.to(to)).isEqualTo(to);
      } else {
        assertThatThrownBy(() -> from.to(to))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("no move from " + from + " to " + to);
      }
    }
  }

  @Test
  void everyPhase_isReachedFromTheFirst() {
    assertThat(reachableFrom(Phase.Initializing)).containsExactlyInAnyOrder(Phase.values());
  }

  @ParameterizedTest
  @EnumSource
  void everyPhase_leadsBackToIdle(Phase phase) {
    assertThat(reachableFrom(phase)).contains(Phase.Idle);
  }

  @ParameterizedTest
  @EnumSource
  void everyPhase_isExplainedInASentence(Phase phase) {
    assertThat(phase.meaning()).endsWith(".");
  }

  private static Set<Phase> reachableFrom(Phase start) {
    Set<Phase> seen = EnumSet.of(start);
    Deque<Phase> open = new ArrayDeque<>(seen);
    while (!open.isEmpty()) {
      open.pop().next().stream().filter(seen::add).forEach(open::push);
    }
    return seen;
  }
}
