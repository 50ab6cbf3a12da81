package dev.palinode.gitwriter.edit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.eclipse.jgit.diff.HistogramDiff;
import org.eclipse.jgit.diff.RawText;
import org.eclipse.jgit.diff.RawTextComparator;
import org.eclipse.jgit.merge.MergeAlgorithm;
import org.eclipse.jgit.merge.MergeFormatter;
import org.eclipse.jgit.merge.MergeResult;

/** Git's own merge of one file's lines, in memory. */
public final class ThreeWay {
  private ThreeWay() {}

  /**
   * Applies what leads from {@code base} to {@code theirs} to {@code ours}.
   *
   * @return the whole file; empty if the two touch the same lines, or if that is no text
   */
  public static Optional<byte[]> merge(byte[] base, byte[] ours, byte[] theirs) {
    if (RawText.isBinary(base) || RawText.isBinary(ours) || RawText.isBinary(theirs)) {
      return Optional.empty();
    }
    MergeResult<RawText> merged =
        new MergeAlgorithm(new HistogramDiff())
            .merge(
                RawTextComparator.DEFAULT,
                new RawText(base),
                new RawText(ours),
                new RawText(theirs));
    if (merged.containsConflicts()) {
      return Optional.empty();
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      new MergeFormatter()
          .formatMerge(out, merged, "base", "ours", "theirs", StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return Optional.of(out.toByteArray());
  }
}
