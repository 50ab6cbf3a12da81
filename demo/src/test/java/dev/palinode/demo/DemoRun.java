package dev.palinode.demo;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** What came of one run of the demo. */
record DemoRun(int code, String printed) {
  /** The machine that runs the tests may be busy. */
  private static final Duration LIMIT = Duration.ofMinutes(3);

  static DemoRun of(Parts parts, Path folder) {
    var bytes = new ByteArrayOutputStream();
    var out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    int code = Demo.run(new Terminal(out, false, false), folder, parts, LIMIT);
    return new DemoRun(code, bytes.toString(StandardCharsets.UTF_8));
  }
}
