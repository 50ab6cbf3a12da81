package dev.palinode.analysis;

/** One native histogram from sample to sample, and how it behaved so far. */
final class HistogramTrack {
  /** How often it may begin anew, or fall a little, before it is taken for something else. */
  private static final int FALLS = 3;

  private HistogramSample last;
  private int steps;
  private int falls;
  private int resets;

  HistogramTrack(HistogramSample first) {
    this.last = first;
  }

  HistogramSample last() {
    return last;
  }

  /**
   * What was counted since the last sample. A process that began anew began at nothing: fewer than
   * half are left, or some bucket has less although there are more in all. A small fall is no such
   * thing, and adds nothing.
   */
  Spread next(HistogramSample sample) {
    Spread before = last.spread();
    Spread now = sample.spread();
    last = sample;
    steps++;
    if (now.holds(before)) {
      return now.minus(before);
    }
    boolean reset = now.count() >= before.count() || now.count() <= before.count() / 2;
    resets += reset ? 1 : 0;
    falls += reset ? 0 : 1;
    return reset ? now : Spread.NOTHING;
  }

  boolean keepsFalling() {
    return falls >= FALLS || (resets >= FALLS && resets * 2 > steps);
  }
}
