package dev.palinode.demo;

import dev.palinode.crds.CanaryStatus;
import dev.palinode.crds.CanaryStatus.VerdictRecord;
import dev.palinode.crds.Cause;
import dev.palinode.crds.Phase;
import dev.palinode.crds.Revert;
import dev.palinode.crds.RevertStatus;
import dev.palinode.crds.Weight;
import dev.palinode.demo.Terminal.Tone;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A good release, then a bad one. The story only waits and tells: whatever happens is done by the
 * controller, and anything else than expected ends it.
 */
final class Story {
  static final String FIRST = "1.0.0";
  static final String GOOD = "2.0.0";
  static final String BAD = "3.0.0-" + Mesh.BAD;
  private static final Duration LOOK = Duration.ofMillis(100);

  private final Terminal terminal;
  private final Stage stage;
  private final Ticker ticker;
  private final Duration limit;

  Story(Terminal terminal, Stage stage, Duration limit) {
    this.terminal = terminal;
    this.stage = stage;
    this.ticker = new Ticker(terminal, stage);
    this.limit = limit;
  }

  /**
   * What the last checks compare.
   *
   * @param goodSince when the good release was committed
   * @param judged the pods of the good release that were there when it was judged, by uid
   * @param goodCommit the commit that git must equal again
   * @param badSince when the bad release was committed
   * @param verdict when the bad release failed
   */
  record Told(
      Instant goodSince,
      Set<String> judged,
      String goodCommit,
      Instant badSince,
      Instant verdict) {}

  Told tell() {
    terminal.title("1. " + FIRST + " serves");
    ticker.header();
    until(
        FIRST + " to serve",
        seconds(30),
        () -> isAtRestWith(FIRST) && stage.traffic().of(FIRST).isPresent(),
        () -> Optional.empty());

    terminal.title("2. A good release is committed: " + GOOD);
    Instant goodSince = Instant.now();
    String good = stage.shop().release(GOOD);
    ticker.header();
    until(
        GOOD + " to get its last step",
        seconds(40),
        () -> status().weightOrZero().equals(Weight.FULL),
        this::takenBack);
    Set<String> judged = pods(GOOD);
    until(GOOD + " to be promoted", seconds(30), () -> isAtRestWith(GOOD), this::takenBack);
    terminal.at(Tone.GOOD, GOOD + " is promoted: the pods that were judged serve on.");

    terminal.title("3. A bad release is committed: " + BAD);
    Instant badSince = Instant.now();
    stage.shop().release(BAD);
    ticker.header();
    until(
        BAD + " to fail the gate at 5 %",
        seconds(30),
        () -> status().phaseOrInitial() == Phase.Aborting,
        this::letThrough);
    Instant verdict = Instant.now();
    verdict();
    Duration soon = seconds(5);
    until(
        "the traffic to leave %s within %d s of the verdict".formatted(BAD, soon.toSeconds()),
        soon,
        () -> !stage.traffic().lately().containsKey(BAD),
        () -> Optional.empty());
    until(
        "Palinode to commit the revert of " + BAD + " to git",
        seconds(10),
        () -> !stage.shop().writtenByPalinode().isEmpty(),
        () -> Optional.empty());
    commit(stage.shop().writtenByPalinode().getFirst());
    until(
        "the agent to apply the revert and the Canary to be in sync",
        seconds(20),
        () -> isAtRestWith(GOOD) && isRevertObserved(),
        () -> Optional.empty());
    ticker.look();
    return new Told(goodSince, judged, good, badSince, verdict);
  }

  private Optional<String> takenBack() {
    return Set.of(Phase.Aborting, Phase.Reverting, Phase.Rejected)
            .contains(status().phaseOrInitial())
        ? Optional.of("the controller took it back: " + status().message())
        : Optional.empty();
  }

  private Optional<String> letThrough() {
    return status().weightOrZero().compareTo(Weight.percent(5)) > 0
        ? Optional.of("it was given " + status().weightOrZero() + " of the traffic")
        : Optional.empty();
  }

  private void verdict() {
    ticker.look();
    String why = stage.journal().verdict().map(VerdictRecord::evidence).orElse("");
    terminal.at(
        Tone.BAD, (status().cause() == Cause.Failed ? "Failed: " : "Stopped: ") + why + ".");
  }

  private void commit(String commit) {
    terminal.at(Tone.BAD, "Git is put right. What Palinode wrote:");
    terminal.say(Tone.QUIET, "        $ git log -1 main");
    stage.shop().log(commit).forEach(line -> terminal.say(Tone.PLAIN, "        " + line));
    terminal.say(Tone.QUIET, "        $ git diff main~1 main");
    stage.shop().diff(commit).forEach(line -> terminal.say(Tone.PLAIN, "        " + line));
    ticker.header();
  }

  private boolean isRevertObserved() {
    return stage.cluster().reverts().stream()
        .map(Revert::getStatus)
        .anyMatch(s -> s != null && s.phaseOrPending() == RevertStatus.Phase.Observed);
  }

  private Set<String> pods(String tag) {
    return stage.cluster().pods().stream()
        .filter(p -> p.getSpec().getContainers().getFirst().getImage().endsWith(":" + tag))
        .map(p -> p.getMetadata().getUid())
        .collect(Collectors.toSet());
  }

  private CanaryStatus status() {
    return stage.journal().now();
  }

  private boolean isAtRestWith(String tag) {
    CanaryStatus now = status();
    return now.phaseOrInitial() == Phase.Idle
        && now.stable() != null
        && String.valueOf(now.stable().image()).endsWith(":" + tag)
        && now.conditions().stream()
            .anyMatch(c -> c.getType().equals("InSync") && c.getStatus().equals("True"));
  }

  /** So long in the miniature; elsewhere as much longer as the stage says. */
  private Duration seconds(int inMiniature) {
    return Duration.ofSeconds((long) inMiniature * stage.patience());
  }

  /**
   * @param otherwise what already shows that it will not happen
   */
  private void until(
      String what,
      Duration patience,
      BooleanSupplier happened,
      Supplier<Optional<String>> otherwise) {
    Instant end = Instant.now().plus(patience);
    while (!happened.getAsBoolean()) {
      Optional<String> wrong = otherwise.get();
      if (wrong.isPresent()) {
        throw new Expectation(what, wrong.get());
      }
      if (terminal.elapsed().compareTo(limit) > 0) {
        throw new Expectation.TooSlow(what);
      }
      if (Instant.now().isAfter(end)) {
        throw new Expectation(
            what,
            "after "
                + patience.toSeconds()
                + " s: "
                + status().phaseOrInitial()
                + ", "
                + status().message());
      }
      ticker.look();
      try {
        Thread.sleep(LOOK);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
  }
}
