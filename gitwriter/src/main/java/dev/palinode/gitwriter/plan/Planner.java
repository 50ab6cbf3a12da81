package dev.palinode.gitwriter.plan;

import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Intent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides from three trees and an intent what to write: a function, run from scratch on every new
 * tip, so there is nothing to rebase and nothing to clean up.
 */
public final class Planner {
  private final Intent intent;
  private final String path;
  private final Grants grants;
  private final Manifests manifests = new Manifests();

  private Planner(Intent intent) {
    this.intent = intent;
    this.path = TreePath.normal(intent.path());
    this.grants = Grants.of(intent);
  }

  /** What is wrong with the intent whatever the repository holds. */
  public static Optional<Plan.Blocked> refusal(Intent intent) {
    return new Planner(intent).refusal();
  }

  /**
   * @param head the tip as it is now
   * @param bad the commit that failed
   * @param good the commit to go back to
   */
  public static Plan plan(Tree head, Tree bad, Tree good, Intent intent) {
    Planner planner = new Planner(intent);
    try {
      return planner.refusal().<Plan>map(p -> p).orElseGet(() -> planner.plan(head, bad, good));
    } catch (Tree.TooLarge e) {
      return new Plan.Blocked(BlockReason.CannotMap, String.valueOf(e.getMessage()));
    }
  }

  /** The files that belong to the app in {@code tree}; empty if it is not there exactly once. */
  public static Set<String> ownedFiles(Tree tree, Intent intent) {
    Planner planner = new Planner(intent);
    App app = planner.read(tree);
    Set<String> files = new TreeSet<>();
    if (app.isThere()) {
      app.ownedFiles().stream().filter(f -> TreePath.isInside(f, planner.path)).forEach(files::add);
    }
    intent.files().forEach(f -> files.add(TreePath.normal(f)));
    return files;
  }

  private Optional<Plan.Blocked> refusal() {
    List<String> named = new ArrayList<>(List.of(path));
    intent.files().forEach(f -> named.add(TreePath.normal(f)));
    for (String name : named) {
      Optional<String> problem = TreePath.problem(name);
      if (problem.isPresent()) {
        return Optional.of(new Plan.Blocked(BlockReason.BadIntent, problem.get()));
      }
    }
    return named.stream().filter(f -> !grants.allow(f)).map(this::notGranted).findFirst();
  }

  private Plan.Blocked notGranted(String file) {
    return new Plan.Blocked(
        BlockReason.NotGranted,
        "no grant of the GitTarget lets namespace %s of cluster %s change '%s' (allowed: %s)"
            .formatted(intent.object().namespace(), intent.cluster(), file, grants.folders()));
  }

  private Plan plan(Tree headTree, Tree badTree, Tree goodTree) {
    App good = read(goodTree);
    App bad = read(badTree);
    App head = read(headTree);
    if (good.isNowhere() && bad.isNowhere() && head.isNowhere()) {
      Optional<Plan> rendered = rendered(headTree, badTree, goodTree);
      if (rendered.isPresent()) {
        return rendered.get();
      }
    }
    if (!good.isThere()) {
      return missing(good, "at the last good revision");
    }
    if (!bad.isThere()) {
      return missing(bad, "at the failed revision");
    }
    if (head.isAmbiguous() || head.isUnreadable()) {
      return missing(head, "at the tip");
    }
    if (!head.isThere()) {
      return new Plan.Superseded(target() + " is not below '" + path + "' any more");
    }
    Optional<Plan> contradiction = contradiction(bad.template(), good.template());
    if (contradiction.isPresent()) {
      return contradiction.get();
    }
    Set<String> changed = changedFiles(badTree, goodTree, List.of(good, bad, head));
    if (changed.isEmpty()) {
      return new Plan.Blocked(
          BlockReason.CannotMap,
          "no file of " + target() + " differs between the last good and the failed revision");
    }
    boolean isGood = head.template().equals(good.template());
    if (!isGood && !head.template().equals(bad.template())) {
      return new Plan.Superseded(
          "the template of "
              + target()
              + " at the tip is neither the failed nor the last good one");
    }
    FileRestore.Sides sides = new FileRestore.Sides(headTree, badTree, goodTree, head, bad, good);
    Plan plan = restore(sides, changed, true);
    if (plan instanceof Plan.Blocked || plan instanceof Plan.Changed) {
      Plan byValue = restore(sides, changed, false);
      return byValue instanceof Plan.Restore ? byValue : plan;
    }
    return plan;
  }

  /** The way back of an app that no manifest defines. */
  private Optional<Plan> rendered(Tree head, Tree bad, Tree good) {
    return new RenderedApp(intent, path, head, bad, good)
        .step()
        .map(located -> {
          Assembly assembly = new Assembly();
          String file = located.file();
          Optional<Plan.Blocked> problem =
              file.isEmpty()
                  ? Optional.empty()
                  : unfit(file, List.of(head.at(file), bad.at(file), good.at(file)));
          boolean isWritten = located.step() instanceof Step.Whole;
          isWritten |= located.step() instanceof Step.Written;
          assembly.take(
              file,
              isWritten && problem.isPresent() ? new Step.Stuck(problem.get()) : located.step());
          return assembly
              .obstacle()
              .orElseGet(
                  () -> assembly.edits().isEmpty() ? new Plan.AlreadyGood() : assembly.restore());
        });
  }

  private Plan restore(FileRestore.Sides sides, Set<String> changed, boolean merges) {
    Assembly assembly = new Assembly();
    for (String file : changed) {
      assembly.take(file, step(sides, file, merges));
    }
    return assembly.obstacle().orElseGet(() -> proven(sides, assembly));
  }

  private Step step(FileRestore.Sides sides, String file, boolean merges) {
    Optional<Tree.Entry> now = sides.head().at(file);
    Optional<Tree.Entry> before = sides.good().at(file);
    Optional<Tree.Entry> failed = sides.bad().at(file);
    Optional<Plan.Blocked> problem = unfit(file, List.of(now, before, failed));
    if (now.equals(before) || isSameModel(sides, file)) {
      return new Step.Nothing();
    }
    Optional<String> stranger =
        sides.apps().stream().flatMap(app -> app.stranger(file).stream()).findFirst();
    if (now.equals(failed) && problem.isEmpty() && stranger.isEmpty()) {
      return new Step.Whole(before);
    }
    if (!now.equals(failed) && settled(sides).contains(file)) {
      return new Step.Nothing();
    }
    if (problem.isPresent()) {
      return new Step.Stuck(problem.get());
    }
    if (stranger.isEmpty()) {
      return new FileRestore(sides, merges).step(file, false);
    }
    Step step = new FileRestore(sides, merges).step(file, true);
    return step instanceof Step.Clash
        ? new Step.Stuck(FileRestore.shared(file, stranger.get(), target()))
        : step;
  }

  /** Files that somebody put right already, each in their own words. */
  private static Set<String> settled(FileRestore.Sides sides) {
    Template good = sides.goodApp().template();
    return sides.headApp().template().equals(good) && !sides.badApp().template().equals(good)
        ? sides.headApp().templateFiles()
        : Set.of();
  }

  /** The promise that the result yields the last good template, checked on the result itself. */
  private Plan proven(FileRestore.Sides sides, Assembly assembly) {
    if (assembly.edits().isEmpty()) {
      return new Plan.AlreadyGood();
    }
    App good = sides.goodApp();
    App result = read(new EditedTree(sides.head(), assembly.edits(), assembly.contents()));
    if (!result.isThere()) {
      return missing(result, "with the files put back");
    }
    if (!result.template().equals(good.template()) || !result.settings().equals(good.settings())) {
      return new Plan.Blocked(
          BlockReason.NotLastGood,
          "with %s put back, %s would still not be what it was at the last good revision: something"
                  .formatted(assembly.edits().keySet(), target())
              + " outside its owned files, or later work in its kustomization, also shapes it");
    }
    if (assembly.hasFields() && !result.others().equals(sides.headApp().others())) {
      return new Plan.Blocked(
          BlockReason.SharedFile,
          "the values of %s that had to go back in %s also shape another workload: give the app"
                  .formatted(target(), assembly.edits().keySet())
              + " values of its own");
    }
    return assembly.restore();
  }

  private App read(Tree tree) {
    return App.read(tree, path, intent.object(), manifests);
  }

  private Plan missing(App app, String when) {
    BlockReason reason = app.isUnreadable() ? BlockReason.UnsupportedFile : BlockReason.CannotMap;
    return new Plan.Blocked(
        reason, "%s, '%s' %s (%s)".formatted(when, path, app.absence(), target()));
  }

  private String target() {
    var object = intent.object();
    return object.kind() + " " + object.namespace() + "/" + object.name();
  }

  /** Revisions that say the opposite of what was serving must not be believed. */
  private Optional<Plan> contradiction(Template bad, Template good) {
    Map<String, String> failed = intent.failed().images();
    Map<String, String> lastGood = intent.lastGood().images();
    if (failed.equals(lastGood)) {
      return Optional.empty();
    }
    if (bad.carries(lastGood) && !bad.carries(failed)) {
      return Optional.of(
          new Plan.Blocked(
              BlockReason.CannotMap,
              "the failed revision still holds the last good images " + lastGood));
    }
    if (good.carries(failed) && !good.carries(lastGood)) {
      return Optional.of(
          new Plan.Blocked(
              BlockReason.CannotMap,
              "the last good revision already holds the failed images " + failed));
    }
    return Optional.empty();
  }

  private Set<String> changedFiles(Tree bad, Tree good, List<App> apps) {
    Set<String> files = new TreeSet<>();
    for (App app : apps) {
      app.ownedFiles().stream().filter(f -> TreePath.isInside(f, path)).forEach(files::add);
    }
    intent.files().forEach(f -> files.add(TreePath.normal(f)));
    files.removeIf(f -> Objects.equals(bad.at(f), good.at(f)));
    return files;
  }

  private Optional<Plan.Blocked> unfit(String file, List<Optional<Tree.Entry>> entries) {
    if (TreePath.problem(file).isPresent()) {
      return Optional.of(
          new Plan.Blocked(BlockReason.UnsupportedFile, TreePath.problem(file).get()));
    }
    if (!grants.allow(file)) {
      return Optional.of(notGranted(file));
    }
    return entries.stream()
        .flatMap(Optional::stream)
        .filter(entry -> !entry.isPlainFile())
        .findFirst()
        .map(entry ->
            new Plan.Blocked(
                BlockReason.UnsupportedFile,
                "'%s' is a %s; only plain files are put back".formatted(file, entry.kind())));
  }

  /** A person's own revert may differ in spelling; what it says is what counts. */
  private boolean isSameModel(FileRestore.Sides sides, String file) {
    Optional<Tree.Entry> now = sides.head().at(file);
    Optional<Tree.Entry> before = sides.good().at(file);
    if (now.isEmpty() || before.isEmpty() || !Manifests.looksLikeManifest(file)) {
      return false;
    }
    Manifests.Parsed a = manifests.of(sides.head(), now.get());
    Manifests.Parsed b = manifests.of(sides.good(), before.get());
    return a.problem() == null && b.problem() == null && a.documents().equals(b.documents());
  }
}
