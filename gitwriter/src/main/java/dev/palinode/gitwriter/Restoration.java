package dev.palinode.gitwriter;

import java.util.List;
import java.util.Optional;

/** What became of a branch that is to be proposed. Nothing here throws. */
public sealed interface Restoration {
  /**
   * The branch brings exactly what goes back.
   *
   * @param head the commit it is at
   * @param isNew true if it was not there before
   * @param files that go back
   * @param message of the commit: subject, text, trailers
   * @param introduced the commits that brought what goes back, newest first
   * @param owners the text of the file that names code owners, at the tip
   */
  record Ready(
      String head,
      boolean isNew,
      List<String> files,
      String message,
      List<Introduced> introduced,
      Optional<String> owners)
      implements Restoration {
    public Ready {
      files = List.copyOf(files);
      introduced = List.copyOf(introduced);
    }
  }

  /** There is something to put back, and nothing was written. */
  record Wanted(List<String> files) implements Restoration {
    public Wanted {
      files = List.copyOf(files);
    }
  }

  /** There is nothing to propose: the base says so, or could not be asked. */
  record Settled(WriteOutcome outcome) implements Restoration {}

  /** A commit that goes back, and who wrote it. */
  record Introduced(String commit, String author) {}
}
