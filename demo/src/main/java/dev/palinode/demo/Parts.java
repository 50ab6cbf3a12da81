package dev.palinode.demo;

import dev.palinode.controller.decide.Decider;
import dev.palinode.controller.decide.Pace;
import dev.palinode.controller.observe.Gates;
import dev.palinode.gitwriter.GitWriter;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The three whose outcomes the story shows. The demo runs the real ones; its tests break each to
 * see that the story notices.
 */
record Parts(
    Function<Pace, Decider> decider, UnaryOperator<Gates> judge, UnaryOperator<GitWriter> writer) {
  static final Parts REAL = new Parts(Decider::new, judge -> judge, writer -> writer);
}
