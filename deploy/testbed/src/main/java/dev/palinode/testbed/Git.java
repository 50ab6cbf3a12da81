package dev.palinode.testbed;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs the git command line without the settings of whoever runs the tests. */
final class Git {
  static final Map<String, String> ENVIRONMENT =
      Map.of(
          "GIT_CONFIG_NOSYSTEM", "1",
          "GIT_CONFIG_GLOBAL", "/dev/null",
          "GIT_TERMINAL_PROMPT", "0",
          "LC_ALL", "C");

  private Git() {}

  /** What a git command in {@code folder} prints; a failing one throws with git's words. */
  static String run(Path folder, String input, String... arguments) {
    var command = new ArrayList<String>(List.of("git"));
    command.addAll(List.of(arguments));
    return Command.run(folder, ENVIRONMENT, input, command);
  }
}
