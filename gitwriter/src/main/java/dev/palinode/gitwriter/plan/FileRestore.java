package dev.palinode.gitwriter.plan;

import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.edit.Outline.Address;
import dev.palinode.gitwriter.edit.Part;
import dev.palinode.gitwriter.edit.ThreeWay;
import dev.palinode.gitwriter.edit.YamlFile;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds for one file the coarsest way back: the whole file, a merge of lines, single values. */
final class FileRestore {
  private static final int MAX_BYTES = 3 << 20;
  private static final Address TEMPLATE = Address.of("spec", "template");

  /** The three commits, and the app in each. */
  record Sides(Tree head, Tree bad, Tree good, App headApp, App badApp, App goodApp) {
    List<App> apps() {
      return List.of(headApp, badApp, goodApp);
    }
  }

  private final Sides sides;
  private final boolean merges;

  /**
   * @param merges false if a merge of lines did not lead to the last good template
   */
  FileRestore(Sides sides, boolean merges) {
    this.sides = sides;
    this.merges = merges;
  }

  /** For a file that the tip has changed since, or that other apps share. */
  Step step(String file, boolean isShared) {
    Optional<Tree.Entry> head = sides.head.at(file);
    Optional<Tree.Entry> bad = sides.bad.at(file);
    Optional<Tree.Entry> good = sides.good.at(file);
    if (head.isEmpty() || bad.isEmpty() || good.isEmpty()) {
      return new Step.Clash(
          "'%s': the release %s it, and it was %s since"
              .formatted(
                  file,
                  bad.isEmpty() ? "removed" : good.isEmpty() ? "added" : "changed",
                  head.isEmpty() ? "removed" : "changed"));
    }
    Optional<byte[]> ours = sides.head.bytes(head.get(), MAX_BYTES);
    Optional<byte[]> base = sides.bad.bytes(bad.get(), MAX_BYTES);
    Optional<byte[]> theirs = sides.good.bytes(good.get(), MAX_BYTES);
    if (ours.isEmpty() || base.isEmpty() || theirs.isEmpty()) {
      return new Step.Clash("'" + file + "': it is larger than 3 MiB");
    }
    FieldRestore.Contents contents =
        new FieldRestore.Contents(ours.get(), base.get(), theirs.get());
    Tree.Entry mode =
        head.get().kind() == bad.get().kind()
            ? new Tree.Entry(good.get().kind(), head.get().id())
            : head.get();
    boolean isManifest = Manifests.looksLikeManifest(file);
    if (!isShared && merges && mayMerge(contents, isManifest)) {
      Optional<byte[]> merged = ThreeWay.merge(contents.bad(), contents.head(), contents.good());
      if (merged.isPresent()) {
        return new Step.Written(
            new Tree.Entry(mode.kind(), sides.head.idOf(merged.get())),
            merged.get(),
            Plan.Level.Path,
            List.of());
      }
    }
    return isManifest
        ? FieldRestore.of(file, contents, isShared ? shared(file) : own(file), mode, sides.head)
        : new Step.Clash("'" + file + "': the same lines were changed since");
  }

  /** An encrypted file's MAC covers all of it; a pointer's two lines belong together. */
  private static boolean mayMerge(FieldRestore.Contents contents, boolean isManifest) {
    for (byte[] bytes : List.of(contents.head(), contents.bad(), contents.good())) {
      if (isManifest && YamlFile.read(bytes) instanceof YamlFile.Outcome.Unreadable
          || YamlFile.isEncryptedOrPointer(bytes)) {
        return false;
      }
    }
    return true;
  }

  /** Later work on what makes neither the template nor its configuration stays as it is. */
  private boolean decides(String file, Part part, Address address) {
    return sides.badApp.isKustomization(file)
        || part.name().equals(sides.badApp.targetPart()) && address.isUnder(TEMPLATE)
        || Set.of("ConfigMap", "Secret", "document").contains(part.kind());
  }

  private FieldRestore.Scope own(String file) {
    return new FieldRestore.Scope() {
      @Override
      public boolean isOurs(Part part, Address address) {
        return true;
      }

      @Override
      public boolean decides(Part part, Address address) {
        return FileRestore.this.decides(file, part, address);
      }

      @Override
      public Optional<String> taboo(Part part) {
        return Optional.empty();
      }
    };
  }

  private FieldRestore.Scope shared(String file) {
    Set<String> parts = new TreeSet<>();
    Set<String> contested = new TreeSet<>();
    Set<String> images = new TreeSet<>();
    Set<String> generated = new TreeSet<>();
    boolean isKustomization = false;
    for (App app : sides.apps()) {
      parts.addAll(app.ownParts(file));
      contested.addAll(app.contestedParts(file));
      images.addAll(app.imageNames());
      app.references().forEach(r -> generated.add(r.substring(r.indexOf('/') + 1)));
      isKustomization |= app.isKustomization(file);
    }
    parts.removeAll(contested);
    boolean byEntry = isKustomization;
    return new FieldRestore.Scope() {
      @Override
      public boolean isOurs(Part part, Address address) {
        return byEntry
            ? isEntry(address, "/images", images)
                || isEntry(address, "/configMapGenerator", generated)
                || isEntry(address, "/secretGenerator", generated)
            : parts.contains(part.name());
      }

      @Override
      public boolean decides(Part part, Address address) {
        return FileRestore.this.decides(file, part, address);
      }

      @Override
      public Optional<String> taboo(Part part) {
        return contested.contains(part.name())
            ? Optional.of(part.name() + " also configures another app")
            : Optional.empty();
      }
    };
  }

  private static boolean isEntry(Address address, String list, Set<String> names) {
    List<String> steps = address.steps();
    return steps.size() > 2
        && steps.get(0).equals(list)
        && steps.get(1).startsWith("=")
        && names.contains(steps.get(1).substring(1));
  }

  /** Why a file of several apps stays untouched, for a person. */
  static Plan.Blocked shared(String file, String stranger, String target) {
    return new Plan.Blocked(
        BlockReason.SharedFile,
        "'%s' also holds %s, which is not part of %s: give the app a file of its own"
            .formatted(file, stranger, target));
  }
}
