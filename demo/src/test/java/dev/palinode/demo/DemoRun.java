package dev.palinode.demo;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Function;

/** What came of one run of the demo. */
record DemoRun(int code, String printed) {
  /** The machine that runs the tests may be busy. */
  private static final Duration LIMIT = Duration.ofMinutes(3);

  static DemoRun of(Parts parts, Path folder) {
    return of(LIMIT, terminal -> new Miniature(terminal, folder, parts));
  }

  static DemoRun of(Duration limit, Function<Terminal, Stage> opened) {
    var bytes = new ByteArrayOutputStream();
    var out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Terminal terminal = new Terminal(out, false, false);
    int code = Demo.run(terminal, limit, () -> opened.apply(terminal));
    return new DemoRun(code, bytes.toString(StandardCharsets.UTF_8));
  }
}
