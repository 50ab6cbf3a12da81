package dev.palinode.crds;

import java.util.Arrays;
import java.util.stream.Collectors;

/** docs/states.md, written from the phase table and the causes. */
final class StatesPage {
  private StatesPage() {}

  static String text() {
    return """
    # Where a Canary can be

    <!-- Generated from Phase and Cause. To change it, change them and run
         %s -->

    The phase stands in `status.phase`. These are all the moves there are; any other throws.
    Staying in a phase is no move: `Progressing` lasts for all steps.

    | phase | meaning | may be followed by |
    |---|---|---|
    %s

    ```mermaid
    stateDiagram-v2
        [*] --> Initializing
    %s
    ```

    ## Why a rollout is undone

    All unwinding goes through `Aborting`; `status.cause` says why, and that alone decides what
    follows.

    | cause | meaning |
    |---|---|
    %s
    """
        .formatted(GeneratedFiles.COMMAND, phases(), moves(), causes());
  }

  private static String phases() {
    return Arrays.stream(Phase.values())
        .map(p -> "| `%s` | %s | %s |".formatted(p, p.meaning(), followers(p)))
        .collect(Collectors.joining("\n"));
  }

  private static String followers(Phase phase) {
    return phase.next().stream().sorted().map(p -> "`" + p + "`").collect(Collectors.joining(", "));
  }

  private static String moves() {
    return Arrays.stream(Phase.values())
        .flatMap(p -> p.next().stream().sorted().map(next -> "    " + p + " --> " + next))
        .collect(Collectors.joining("\n"));
  }

  private static String causes() {
    return Arrays.stream(Cause.values())
        .map(c -> "| `%s` | %s |".formatted(c, c.meaning()))
        .collect(Collectors.joining("\n"));
  }
}
