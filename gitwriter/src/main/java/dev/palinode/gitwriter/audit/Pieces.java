package dev.palinode.gitwriter.audit;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.jgit.diff.Sequence;
import org.eclipse.jgit.diff.SequenceComparator;

/**
 * A text cut into lines or words, each as a number: equal numbers are equal bytes. Nothing is left
 * out, so equal sequences are equal files.
 */
final class Pieces extends Sequence {
  /** Equal numbers, equal pieces. */
  static final SequenceComparator<Pieces> SAME =
      new SequenceComparator<>() {
        @Override
        public boolean equals(Pieces a, int ai, Pieces b, int bi) {
          return a.at(ai) == b.at(bi);
        }

        @Override
        public int hash(Pieces seq, int ptr) {
          return seq.at(ptr) * 0x9e3779b1;
        }
      };

  private final int[] numbers;

  private Pieces(List<String> parts, Map<String, Integer> known) {
    numbers = new int[parts.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = known.computeIfAbsent(parts.get(i), _ -> known.size());
    }
  }

  /** Lines with their ends. Latin-1 maps bytes to characters one to one. */
  static Pieces lines(byte[] bytes, Map<String, Integer> known) {
    return new Pieces(cut(bytes, false), known);
  }

  /** Words, and every other character on its own. */
  static Pieces words(byte[] bytes, Map<String, Integer> known) {
    return new Pieces(cut(bytes, true), known);
  }

  private static List<String> cut(byte[] bytes, boolean words) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    List<String> parts = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      boolean ends = words ? !isWord(text.charAt(i)) : text.charAt(i) == '\n';
      if (ends) {
        if (words && start < i) {
          parts.add(text.substring(start, i));
          start = i;
        }
        parts.add(text.substring(start, i + 1));
        start = i + 1;
      }
    }
    if (start < text.length()) {
      parts.add(text.substring(start));
    }
    return parts;
  }

  private static boolean isWord(char c) {
    return c >= 0x80 || Character.isLetterOrDigit(c) || "._-/:@+%".indexOf(c) >= 0;
  }

  int at(int index) {
    return numbers[index];
  }

  @Override
  public int size() {
    return numbers.length;
  }
}
