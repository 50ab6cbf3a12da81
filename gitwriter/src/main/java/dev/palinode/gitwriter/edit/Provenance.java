package dev.palinode.gitwriter.edit;

import dev.palinode.gitwriter.edit.Node.Leaf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.eclipse.jgit.diff.Edit;
import org.eclipse.jgit.diff.EditList;
import org.eclipse.jgit.diff.HistogramDiff;
import org.eclipse.jgit.diff.RawText;
import org.eclipse.jgit.diff.RawTextComparator;

/**
 * Where the bytes of a written file come from. It knows nothing of plans: it looks at three
 * contents and finds whether the result is HEAD's, but for what the last good commit had at the
 * same place.
 */
public final class Provenance {
  private Provenance() {}

  /** True if {@code result} combines lines, or values, of {@code head} and {@code good} alone. */
  public static boolean isRestored(byte[] head, byte[] good, byte[] result) {
    return isOfLines(head, good, result) || isOfValues(head, good, result);
  }

  /**
   * Every line of the result stands at its place in HEAD or in the good file, in their order; and
   * no line that both have is missing.
   */
  private static boolean isOfLines(byte[] head, byte[] good, byte[] result) {
    if (RawText.isBinary(head) || RawText.isBinary(good) || RawText.isBinary(result)) {
      return false;
    }
    RawText ours = new RawText(head);
    RawText theirs = new RawText(good);
    RawText made = new RawText(result);
    boolean[] covered = new boolean[made.size()];
    cover(covered, ours, made);
    cover(covered, theirs, made);
    for (boolean line : covered) {
      if (!line) {
        return false;
      }
    }
    boolean[] shared = new boolean[ours.size()];
    Arrays.fill(shared, true);
    for (Edit edit : diff(ours, theirs)) {
      Arrays.fill(shared, edit.getBeginA(), edit.getEndA(), false);
    }
    for (Edit edit : diff(ours, made)) {
      for (int i = edit.getBeginA(); i < edit.getEndA(); i++) {
        if (shared[i]) {
          return false;
        }
      }
    }
    return true;
  }

  private static void cover(boolean[] covered, RawText source, RawText made) {
    boolean[] same = new boolean[made.size()];
    Arrays.fill(same, true);
    for (Edit edit : diff(source, made)) {
      Arrays.fill(same, edit.getBeginB(), edit.getEndB(), false);
    }
    for (int i = 0; i < same.length; i++) {
      covered[i] |= same[i];
    }
  }

  private static EditList diff(RawText a, RawText b) {
    return new HistogramDiff().diff(RawTextComparator.DEFAULT, a, b);
  }

  /** Values that differ from HEAD stand at the same place in the good file; all else is HEAD's. */
  private static boolean isOfValues(byte[] head, byte[] good, byte[] result) {
    if (!(YamlFile.read(head) instanceof YamlFile.Outcome.Readable(var ours))
        || !(YamlFile.read(good) instanceof YamlFile.Outcome.Readable(var theirs))
        || !(YamlFile.read(result) instanceof YamlFile.Outcome.Readable(var made))
        || ours.shapes().size() != made.shapes().size()
        || !isSameBetweenValues(ours, made)) {
      return false;
    }
    int told = 0;
    SortedMap<String, Outline> before = parts(ours);
    SortedMap<String, Outline> after = parts(made);
    SortedMap<String, Outline> source = parts(theirs);
    for (String part : before.keySet()) {
      Outline now = after.get(part);
      if (now == null) {
        return false;
      }
      Outline.Difference difference = before.get(part).to(now);
      Outline origin = source.get(part);
      told += difference.changes().size();
      for (Outline.Change change : difference.changes()) {
        Outline.Item there = origin == null ? null : origin.items().get(change.address());
        if (there == null || !there.scalar().equals(Optional.of(change.to()))) {
          return false;
        }
      }
      if (!difference.reshaped().isEmpty()) {
        return false;
      }
    }
    // A key or an object that stands twice hides changes from an outline; a count does not.
    return before.keySet().equals(after.keySet()) && told == changed(leaves(ours), leaves(made));
  }

  private static long changed(List<Leaf> a, List<Leaf> b) {
    return IntStream.range(0, a.size())
        .filter(i -> !a.get(i).scalar().equals(b.get(i).scalar()))
        .count();
  }

  /** The bytes between the values that changed, and their anchors, are the same. */
  private static boolean isSameBetweenValues(YamlFile ours, YamlFile made) {
    List<Leaf> a = leaves(ours);
    List<Leaf> b = leaves(made);
    if (a.size() != b.size()) {
      return false;
    }
    int fromA = 0;
    int fromB = 0;
    for (int i = 0; i < a.size(); i++) {
      if (!a.get(i).scalar().equals(b.get(i).scalar())) {
        int startA = ScalarEditor.startOfValue(ours, a.get(i));
        int startB = ScalarEditor.startOfValue(made, b.get(i));
        if (!Arrays.equals(ours.slice(fromA, startA), made.slice(fromB, startB))) {
          return false;
        }
        fromA = a.get(i).end();
        fromB = b.get(i).end();
      }
    }
    return Arrays.equals(ours.slice(fromA, ours.length()), made.slice(fromB, made.length()));
  }

  private static List<Leaf> leaves(YamlFile file) {
    List<Leaf> all = new ArrayList<>();
    for (Node document : file.documents()) {
      for (Node node : Leaves.all(document)) {
        if (node instanceof Leaf leaf) {
          all.add(leaf);
        }
      }
    }
    return all;
  }

  private static SortedMap<String, Outline> parts(YamlFile file) {
    SortedMap<String, Outline> parts = new TreeMap<>();
    for (Part part : Part.of(file)) {
      parts.merge(part.name(), part.outline(), (_, _) -> new Outline(new TreeMap<>()));
    }
    return parts;
  }
}
