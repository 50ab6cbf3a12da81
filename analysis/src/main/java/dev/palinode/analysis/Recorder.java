package dev.palinode.analysis;

import dev.palinode.analysis.Exhibit.ClosedWindow;

/** Who keeps what a judge was shown, so that anybody can judge it again. */
public interface Recorder {
  /** Keeps nothing. */
  Recorder NONE =
      new Recorder() {
        @Override
        public void begin(Trial trial) {}

        @Override
        public void resume(Trial trial, byte[] judge) {}

        @Override
        public void add(Exhibit exhibit) {}

        @Override
        public void verdict(ClosedWindow after, Verdict verdict, double logHarm) {}
      };

  /** Before the first exhibit; once more, if the rollout is read again from its beginning. */
  void begin(Trial trial);

  /**
   * The rollout goes on where it was saved; what was added later than that is shown once more.
   *
   * @param judge what {@link Judge#save} gave then
   */
  void resume(Trial trial, byte[] judge);

  void add(Exhibit exhibit);

  /**
   * What the judge said after this window.
   *
   * @param logHarm natural logarithm of the merged evidence of harm
   */
  void verdict(ClosedWindow after, Verdict verdict, double logHarm);
}
