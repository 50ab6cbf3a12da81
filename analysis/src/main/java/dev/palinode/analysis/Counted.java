package dev.palinode.analysis;

/** Bad requests among all of an arm in a window. */
public record Counted(long bad, long total) {
  public Counted {
    if (bad < 0 || bad > total) {
      throw new IllegalArgumentException("%d bad ones among %d".formatted(bad, total));
    }
  }
}
