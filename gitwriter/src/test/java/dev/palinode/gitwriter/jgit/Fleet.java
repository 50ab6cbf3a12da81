package dev.palinode.gitwriter.jgit;

import dev.palinode.crds.GitTargetSpec;
import dev.palinode.crds.RevertSpec;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.WriteOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Many apps in one repository, all released well and then badly. */
record Fleet(BareRepo repo, String url, int size, String good, String bad) {
  static Fleet release(BareRepo repo, String url, int size) {
    String good = repo.commit("good", manifests(size, "1.0"));
    String bad = repo.commit("bad", manifests(size, "1.1"));
    return new Fleet(repo, url, size, good, bad);
  }

  private static Map<String, String> manifests(int size, String tag) {
    Map<String, String> files = new TreeMap<>();
    IntStream.range(0, size).forEach(i -> files.put(file(i), manifest(i, tag)));
    return files;
  }

  static String name(int app) {
    return "app-%03d".formatted(app);
  }

  static String file(int app) {
    return "apps/" + name(app) + "/deployment.yaml";
  }

  static String manifest(int app, String tag) {
    return Shop.deployment("registry/" + name(app) + ":" + tag).replace("checkout", name(app));
  }

  static String id(int app) {
    return "intent-" + name(app);
  }

  Intent intent(int app) {
    return intent(app, id(app), 1_000_000);
  }

  Intent intent(int app, String id, int pushesPerMinute) {
    return new Intent(
        id,
        "prod-eu",
        new Repository(url, "main"),
        "apps/" + name(app),
        List.of(),
        new RevertSpec.ObjectRef("apps/v1", "Deployment", "shop", name(app)),
        state(app, bad, "1.1"),
        state(app, good, "1.0"),
        null,
        Shop.ASKED,
        List.of(Shop.grant("apps/")),
        Duration.ofDays(30),
        new GitTargetSpec.Author("Palinode", "palinode@example.com"),
        new GitTargetSpec.Budget(pushesPerMinute),
        false);
  }

  private static RevertSpec.State state(int app, String revision, String tag) {
    String image = "registry/" + name(app) + ":" + tag;
    return new RevertSpec.State(revision, "sha256:" + image, Map.of(name(app), image));
  }

  List<Intent> intents() {
    return IntStream.range(0, size).mapToObj(this::intent).toList();
  }

  /** Submits all at the same time; answers in the same order. */
  static List<WriteOutcome> allAtOnce(JGitWriter writer, List<Intent> intents) {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<WriteOutcome>> running =
          intents.stream().map(i -> threads.submit(() -> writer.submit(i))).toList();
      List<WriteOutcome> outcomes = new ArrayList<>();
      for (Future<WriteOutcome> one : running) {
        outcomes.add(one.get());
      }
      return outcomes;
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  /** Ids of the intents on the branch, one for every commit of ours. */
  List<String> carried() {
    return repo.git("log", "--format=%(trailers:key=Rollback-Intent,valueonly)", "main")
        .lines()
        .filter(l -> !l.isBlank())
        .toList();
  }

  boolean isLinear() {
    return repo.git("rev-list", "--merges", "main").isEmpty();
  }
}
