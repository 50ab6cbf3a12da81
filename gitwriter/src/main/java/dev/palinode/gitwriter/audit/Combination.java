package dev.palinode.gitwriter.audit;

import java.util.List;
import org.eclipse.jgit.diff.DiffAlgorithm;
import org.eclipse.jgit.diff.Edit;
import org.eclipse.jgit.diff.EditList;
import org.eclipse.jgit.diff.HistogramDiff;
import org.eclipse.jgit.diff.MyersDiff;

/**
 * Whether a file is its predecessor with some places replaced by what the good file has at the same
 * places. A place is where the two differ; two differences of the same length are compared piece by
 * piece. Nothing that both have may go, nothing may come that the good file does not have there.
 */
final class Combination {
  private static final List<DiffAlgorithm> ALGORITHMS =
      List.of(new HistogramDiff(), MyersDiff.INSTANCE);

  private final Pieces before;
  private final Pieces good;
  private final Pieces after;

  private Combination(Pieces before, Pieces good, Pieces after) {
    this.before = before;
    this.good = good;
    this.after = after;
  }

  static boolean isOne(Pieces before, Pieces good, Pieces after) {
    Combination combination = new Combination(before, good, after);
    // How two texts align is a matter of taste where lines repeat: one reading is enough.
    return ALGORITHMS.stream()
        .anyMatch(a -> ALGORITHMS.stream().anyMatch(b -> combination.holds(a, b)));
  }

  private boolean holds(DiffAlgorithm first, DiffAlgorithm second) {
    EditList toGood = first.diff(Pieces.SAME, before, good);
    int used = 0;
    for (Edit change : second.diff(Pieces.SAME, before, after)) {
      int from = Math.max(used, lowest(toGood, change.getBeginA()));
      int to = highest(toGood, change.getEndA());
      int found = find(toGood, change, from, to);
      if (found < 0) {
        return false;
      }
      used = found + change.getLengthB();
    }
    return true;
  }

  /** Where in the good file, between from and to, the new pieces stand; -1 if nowhere. */
  private int find(EditList toGood, Edit change, int from, int to) {
    int length = change.getLengthB();
    for (int at = from; at + length <= to || (length == 0 && at <= Math.max(from, to)); at++) {
      if (isEqual(change, at) && keepsWhatBothHave(toGood, change, at)) {
        return at;
      }
      if (length == 0) {
        break;
      }
    }
    return -1;
  }

  private boolean isEqual(Edit change, int at) {
    for (int i = 0; i < change.getLengthB(); i++) {
      if (good.at(at + i) != after.at(change.getBeginB() + i)) {
        return false;
      }
    }
    return true;
  }

  private static boolean keepsWhatBothHave(EditList toGood, Edit change, int at) {
    for (int i = change.getBeginA(); i < change.getEndA(); i++) {
      int there = common(toGood, i);
      if (there >= 0 && (there < at || there >= at + change.getLengthB())) {
        return false;
      }
    }
    return true;
  }

  /** The good file's index of a piece that both have, or -1. */
  private static int common(EditList toGood, int index) {
    int shift = 0;
    for (Edit edit : toGood) {
      if (index < edit.getBeginA()) {
        break;
      }
      if (index < edit.getEndA()) {
        return -1;
      }
      shift = edit.getEndB() - edit.getEndA();
    }
    return index + shift;
  }

  private static int lowest(EditList toGood, int index) {
    int shift = 0;
    for (Edit edit : toGood) {
      if (index < edit.getBeginA()) {
        break;
      }
      if (index <= edit.getEndA()) {
        return isPaired(edit) ? edit.getBeginB() + index - edit.getBeginA() : edit.getBeginB();
      }
      shift = edit.getEndB() - edit.getEndA();
    }
    return index + shift;
  }

  private static int highest(EditList toGood, int index) {
    int shift = 0;
    int best = -1;
    for (Edit edit : toGood) {
      if (index < edit.getBeginA()) {
        break;
      }
      if (index <= edit.getEndA()) {
        best = isPaired(edit) ? edit.getBeginB() + index - edit.getBeginA() : edit.getEndB();
      }
      shift = edit.getEndB() - edit.getEndA();
    }
    return best >= 0 ? best : index + shift;
  }

  private static boolean isPaired(Edit edit) {
    return edit.getLengthA() == edit.getLengthB();
  }
}
