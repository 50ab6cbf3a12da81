package dev.palinode.controller.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program. */
@Command(
    name = "palinode",
    description = "Progressive delivery for Kubernetes that writes its rollbacks back to git.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ServeCommand.class,
      CheckCommand.class,
      ReplayCommand.class,
      PlanCommand.class,
      RevertCommand.class,
      VerifyCommand.class,
      EditCommand.class,
      DoctorCommand.class,
      HelpCommand.class
    },
    footer = {
      "",
      "Exit codes: 0 done; 1 problems found; 2 usage; 3 nothing to do; 4 conflict; 5 refused;",
      "6 timeout; 7 done with losses; 70 internal error."
    })
public final class Palinode implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  public static void main(String[] args) {
    allowPasswordsForProxies();
    if (args.length == 0 || !args[0].equals("serve")) {
      // Only the server keeps a log; who runs a command reads what it prints.
      System.setProperty(
          "logback.configurationFile", "dev/palinode/controller/app/logback-commands.xml");
    }
    System.exit(
        run(
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8),
            args));
  }

  /**
   * The JDK keeps basic logins from proxies that tunnel, unless told otherwise before its first
   * connection. Ours are sent only to a proxy that a GitTarget names with a login.
   */
  private static void allowPasswordsForProxies() {
    String name = "jdk.http.auth.tunneling.disabledSchemes";
    if (System.getProperty(name) == null) {
      System.setProperty(name, "");
    }
  }

  /** Runs one command and answers its exit code. */
  public static int run(PrintWriter out, PrintWriter err, String... args) {
    CommandLine palinode =
        new CommandLine(new Palinode())
            .setOut(out)
            .setErr(err)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler((e, line, _) -> {
              line.getErr().println("internal error in " + line.getCommandName() + ":");
              e.printStackTrace(line.getErr());
              return ExitCode.INTERNAL;
            });
    addHelp(palinode);
    palinode.getSubcommands().values().forEach(Palinode::addHelp);
    int code = palinode.execute(args);
    out.flush();
    err.flush();
    return code;
  }

  private static void addHelp(CommandLine line) {
    CommandSpec command = line.getCommandSpec();
    if (command.findOption("--help") == null) {
      command.addOption(
          OptionSpec.builder("-h", "--help")
              .usageHelp(true)
              .description("show this help and exit")
              .build());
    }
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command");
  }

  @Command(name = "version", description = "Prints the version of the program and its runtime.")
  int version() {
    spec.commandLine().getOut().println(new Version().getVersion()[0]);
    return ExitCode.DONE;
  }

  /** What was built. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {
        "palinode " + number() + " (Java " + System.getProperty("java.version") + ")"
      };
    }

    static String number() {
      try (InputStream in = Palinode.class.getResourceAsStream("/palinode.properties")) {
        Properties built = new Properties();
        if (in != null) {
          built.load(in);
        }
        return built.getProperty("version", "unknown");
      } catch (IOException e) {
        return "unknown";
      }
    }
  }
}
