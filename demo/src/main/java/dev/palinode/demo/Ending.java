package dev.palinode.demo;

import dev.palinode.crds.Weight;
import dev.palinode.demo.Terminal.Tone;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Compares what is there at the end with what must be, from git, the cluster and the traffic. */
final class Ending {
  /** The route's write, read back, and told to every proxy. */
  private static final Duration OFF_WITHIN = Duration.ofSeconds(1);

  private final Terminal terminal;
  private final Stage stage;
  private final List<String> wrong = new ArrayList<>();

  Ending(Terminal terminal, Stage stage) {
    this.terminal = terminal;
    this.stage = stage;
  }

  /** Throws the first thing that is off, after all were looked at. */
  void compare(Story.Told told) {
    terminal.title("4. What must be true now");
    Shop shop = stage.shop();
    String tip = shop.tip();
    List<Weight> weights = stage.journal().weightsBetween(told.goodSince(), told.badSince());
    check(
        Story.GOOD + " went 5, 50, 100 %",
        weights.equals(List.of(Weight.percent(5), Weight.percent(50), Weight.FULL)),
        "the weights were " + weights);
    List<Weight> bad = stage.journal().weightsBetween(told.badSince(), Instant.MAX);
    check(
        Story.BAD + " never got more than 5 %",
        bad.equals(List.of(Weight.percent(5))),
        "its weights were " + bad);
    check(
        "no request reached a release before its first step",
        isLater(Story.GOOD, stage.journal().servedSince(told.goodSince(), told.badSince()))
            && isLater(Story.BAD, stage.journal().servedSince(told.badSince(), Instant.MAX)),
        "one came before");
    Set<String> serving = running().stream().map(Ending::uid).collect(Collectors.toSet());
    check(
        "the " + told.judged().size() + " judged pods of " + Story.GOOD + " are the stable ones",
        serving.equals(told.judged()) && !serving.isEmpty(),
        "judged were " + told.judged() + ", now there are " + serving);
    List<String> reverts = shop.writtenByPalinode();
    check(
        "exactly one commit is Palinode's, and it is the newest",
        reverts.equals(List.of(tip)),
        "its commits are " + reverts + ", the newest is " + tip);
    List<String> phases =
        stage.cluster().reverts().stream().map(r -> r.getStatus().phaseOrPending().name()).toList();
    check(
        "one Revert asked for it, and was seen to be followed",
        phases.equals(List.of("Observed")),
        "the Reverts are " + phases);
    check(
        "every file is byte for byte as before " + Story.BAD,
        shop.tree(tip).equals(shop.tree(told.goodCommit())),
        "the trees differ");
    var failed = stage.traffic().of(Story.BAD).orElseThrow();
    Duration late = Duration.between(told.verdict(), failed.last());
    check(
        "no request reached " + Story.BAD + " once its traffic was off",
        late.compareTo(OFF_WITHIN.multipliedBy(stage.patience())) <= 0,
        "the last one came " + late.toMillis() + " ms after the verdict");
    check(
        "no request to " + Story.FIRST + " or " + Story.GOOD + " failed",
        failed(Story.FIRST) + failed(Story.GOOD) == 0,
        failed(Story.FIRST) + " and " + failed(Story.GOOD) + " did");
    check(
        "no request stayed without an answer",
        stage.traffic().unansweredRequests() == 0,
        stage.traffic().unansweredRequests() + " requests found nobody");
    check(
        "no route or subset of ours is left",
        !String.valueOf(stage.cluster().route()).contains("subset") && stage.cluster().rules() == 0,
        "the route is "
            + stage.cluster().route()
            + " and there are "
            + stage.cluster().rules()
            + " rules");
    terminal.say(
        Tone.QUIET,
        "  Users met %d errors, all of %s: %d requests of it in all."
            .formatted(failed.failed(), Story.BAD, failed.requests()));
    equation(tip);
    if (!wrong.isEmpty()) {
      throw new Expectation(wrong.getFirst(), wrong.getLast());
    }
  }

  private void equation(String tip) {
    String git = stage.shop().tag(tip);
    String cluster =
        tag(
            stage
                .cluster()
                .deployment()
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst()
                .getImage());
    Map<String, Long> lately = stage.traffic().lately();
    String traffic = String.join(" and ", lately.keySet());
    terminal.title("git == cluster == traffic");
    terminal.say(
        Tone.PLAIN,
        "  git      " + git + "  (" + Shop.DEPLOYMENT + " at " + tip.substring(0, 7) + ")");
    terminal.say(
        Tone.PLAIN,
        "  cluster  %s  (Deployment %s/%s, %d pods)"
            .formatted(cluster, Shop.NAMESPACE, Shop.APP, running().size()));
    terminal.say(
        Tone.PLAIN,
        "  traffic  %s  (%d requests in the last second)"
            .formatted(traffic, lately.values().stream().mapToLong(Long::longValue).sum()));
    check(
        "git, cluster and traffic are one",
        git.equals(Story.GOOD) && cluster.equals(git) && traffic.equals(git),
        "git says " + git + ", the Deployment " + cluster + ", and " + traffic + " answers");
  }

  private boolean isLater(String version, Optional<Instant> first) {
    return stage
        .traffic()
        .of(version)
        .filter(s -> first.isPresent() && !s.first().isBefore(first.get()))
        .isPresent();
  }

  private long failed(String version) {
    return stage.traffic().of(version).map(Traffic.Served::failed).orElse(0L);
  }

  private List<Pod> running() {
    return stage.cluster().pods().stream().filter(WorkloadController::isReady).toList();
  }

  private static String uid(Pod pod) {
    return pod.getMetadata().getUid();
  }

  private static String tag(String image) {
    return image.substring(image.indexOf(':') + 1);
  }

  private void check(String what, boolean holds, String actual) {
    terminal.say(holds ? Tone.GOOD : Tone.BAD, (holds ? "  ok   " : "  NOT  ") + what);
    if (!holds) {
      terminal.say(Tone.BAD, "       " + actual);
      if (wrong.isEmpty()) {
        wrong.addAll(List.of("that " + what, actual));
      }
    }
  }
}
