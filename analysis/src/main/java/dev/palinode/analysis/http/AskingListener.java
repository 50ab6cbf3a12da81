package dev.palinode.analysis.http;

/** Is told how a server answers and when it is left alone. */
public interface AskingListener {
  /** Passes everything over. */
  AskingListener NONE =
      new AskingListener() {
        @Override
        public void asked(String place, Outcome outcome) {}

        @Override
        public void leftAlone(String place, boolean alone) {}
      };

  /** What became of one question. */
  enum Outcome {
    /** The server answered, whatever it said. */
    ANSWERED,
    /** It did not, or only that it is in trouble. */
    FAILED,
    /** It was not asked, since its last answers failed. */
    SPARED
  }

  /**
   * @param place the server's host and port
   */
  void asked(String place, Outcome outcome);

  /** The server is not asked for a while, or is asked again. */
  void leftAlone(String place, boolean alone);
}
