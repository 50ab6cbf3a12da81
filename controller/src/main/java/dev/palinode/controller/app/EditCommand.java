package dev.palinode.controller.app;

import dev.palinode.gitwriter.edit.EditResult;
import dev.palinode.gitwriter.edit.Pointer;
import dev.palinode.gitwriter.edit.ScalarEditor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** One byte-exact edit, with the editor that reverts are written with. */
@Command(
    name = "edit",
    description = {
      "Prints a YAML or JSON file with one scalar changed and every other byte as it was.",
      "Exit codes: 0 edited; 3 it says so already (printed as it is); 5 refused, with the reason."
    },
    mixinStandardHelpOptions = true)
final class EditCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(arity = "1", paramLabel = "FILE", description = "the file; - is standard input")
  private String file = "";

  @Option(
      names = "--doc",
      paramLabel = "N",
      description = "document of the file, from 0 (default: ${DEFAULT-VALUE})")
  private int document = 0;

  @Option(
      names = "--pointer",
      required = true,
      paramLabel = "JSON_POINTER",
      description = "place in the document (RFC 6901), such as /spec/replicas")
  private String pointer = "";

  @Option(names = "--from", required = true, paramLabel = "OLD", description = "what is there now")
  private String from = "";

  @Option(names = "--to", required = true, paramLabel = "NEW", description = "what is to be there")
  private String to = "";

  @Override
  public Integer call() {
    if (document < 0) {
      throw new ParameterException(spec.commandLine(), "--doc counts from 0");
    }
    if (Pointer.parse(pointer).isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "'" + pointer + "' is no JSON pointer, such as /spec/replicas");
    }
    byte[] bytes = read();
    return switch (ScalarEditor.editText(bytes, document, pointer, from, to)) {
      case EditResult.Edited(var edited) -> print(edited, ExitCode.DONE);
      case EditResult.Unchanged() -> print(bytes, ExitCode.NOTHING);
      case EditResult.Refused(var reason) -> {
        spec.commandLine().getErr().println(file + ": " + reason);
        yield ExitCode.REFUSED;
      }
    };
  }

  private byte[] read() {
    try {
      return file.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
    } catch (NoSuchFileException e) {
      throw new ParameterException(spec.commandLine(), "there is no file " + file, e);
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(), file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** What the editor read is valid UTF-8, so these are the same bytes on a UTF-8 output. */
  private int print(byte[] bytes, int code) {
    PrintWriter out = spec.commandLine().getOut();
    out.print(new String(bytes, StandardCharsets.UTF_8));
    out.flush();
    return code;
  }
}
