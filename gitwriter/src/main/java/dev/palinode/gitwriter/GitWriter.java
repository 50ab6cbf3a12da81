package dev.palinode.gitwriter;

/**
 * Carries out an {@link Intent}. A repeat is harmless: the branch itself remembers what was done,
 * by the intent's id in a commit trailer and by the content.
 */
public interface GitWriter extends AutoCloseable {
  /**
   * Blocks until the intent is settled or the bounded tries are used up. One write at a time per
   * repository and branch; other branches and repositories are not delayed.
   */
  WriteOutcome submit(Intent intent);

  @Override
  void close();
}
