package dev.palinode.demo;

import dev.palinode.controller.decide.Judgement;
import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.Weight;
import dev.palinode.demo.Terminal.Tone;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A line for every move, and one that runs along: git, the weight, who serves, the verdict. */
final class Ticker {
  private static final int BAR = 10;

  private final Terminal terminal;
  private final Stage stage;
  private Instant due = Instant.EPOCH;
  private String lastMove = "";

  Ticker(Terminal terminal, Stage stage) {
    this.terminal = terminal;
    this.stage = stage;
  }

  void header() {
    terminal.say(
        Tone.QUIET,
        line("   time", "git says", "candidate's share", "who serves", "phase, verdict"));
  }

  void look() {
    CanaryStatus status = stage.journal().now();
    String move = status.phaseOrInitial() + " " + status.weightOrZero();
    Instant now = Instant.now();
    if (!move.equals(lastMove)) {
      terminal.say(tone(status), line(status));
    } else if (!now.isBefore(due)) {
      terminal.pass(tone(status), line(status));
    } else {
      return;
    }
    lastMove = move;
    due = now.plus(Duration.ofMillis(terminal.hasEyes() ? 500 : 2000));
  }

  private String line(CanaryStatus status) {
    String tip = stage.shop().tip();
    return line(
        String.format(Locale.ROOT, "%6.1fs", terminal.elapsed().toMillis() / 1e3),
        tip.substring(0, 7) + " " + stage.shop().tag(tip),
        status.weight() == null ? "route as in git" : bar(status.weight()),
        serving(),
        status.phaseOrInitial() + verdict());
  }

  private static Tone tone(CanaryStatus status) {
    return switch (status.phaseOrInitial()) {
      case Initializing, Idle, Preparing -> Tone.PLAIN;
      case Progressing, Promoting, Draining -> Tone.GOOD;
      case Aborting, Reverting, Rejected -> Tone.BAD;
    };
  }

  private static String line(
      String time, String git, String weight, String serving, String verdict) {
    String all =
        String.format(
            Locale.ROOT, "%7s  %-17s  %-18s  %-25s  %s", time, git, weight, serving, verdict);
    return all.length() <= Terminal.WIDTH ? all : all.substring(0, Terminal.WIDTH);
  }

  private static String bar(Weight weight) {
    int full = (int) Math.ceil(weight.fraction() * BAR);
    return "[%s%s] %5s".formatted("#".repeat(full), ".".repeat(BAR - full), weight);
  }

  private String serving() {
    Map<String, Long> lately = stage.traffic().lately();
    double total = lately.values().stream().mapToLong(Long::longValue).sum();
    return lately.entrySet().stream()
        .map(e -> e.getKey() + " " + Math.max(1, Math.round(100 * e.getValue() / total)) + " %")
        .collect(Collectors.joining(", "));
  }

  private String verdict() {
    return stage
        .journal()
        .verdict()
        .map(v ->
            switch (Judgement.Result.valueOf(v.result())) {
              case Pass, Fail -> ", " + v.result() + " " + v.observed();
              case Inconclusive, Invalid -> ", " + v.result();
            })
        .orElse("");
  }
}
