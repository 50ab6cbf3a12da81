package dev.palinode.controller.app;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the controller, the writer, or both, until told to stop. */
@Command(
    name = "serve",
    description = "Runs the controller, the writer, or both, until told to stop.",
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
  /** How log lines look. */
  enum LogFormat {
    JSON,
    PLAIN
  }

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--roles", paramLabel = "ROLE[,ROLE]", description = "controller, writer or both")
  private @Nullable String roles;

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "of the cluster with the Canaries; default: the one this process runs in")
  private @Nullable String kubeconfig;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "any setting, such as --set mesh.settle=20s; may be repeated")
  private Map<String, String> set = new LinkedHashMap<>();

  @Option(names = "--print-settings", description = "prints every setting and ends")
  private boolean printSettings;

  @Option(names = "--log-format", description = "json or plain (default)")
  private LogFormat logFormat = LogFormat.PLAIN;

  @Override
  public Integer call() throws InterruptedException {
    Map<String, String> given = given();
    return switch (SettingsReader.read(given)) {
      case SettingsReader.Result.Refused(var problems) -> refuse(problems);
      case SettingsReader.Result.Valid(var settings) ->
          printSettings ? print(settings) : serve(settings, given);
    };
  }

  private Map<String, String> given() {
    Map<String, String> given = new LinkedHashMap<>();
    set.forEach((name, value) ->
        given.put(name.startsWith("palinode.") ? name : "palinode." + name, value));
    if (roles != null) {
      given.put("palinode.roles", roles);
    }
    if (kubeconfig != null) {
      given.put("palinode.kubeconfig", kubeconfig);
    }
    return given;
  }

  private int refuse(List<String> problems) {
    problems.forEach(spec.commandLine().getErr()::println);
    return ExitCode.USAGE;
  }

  private int print(Settings settings) {
    SettingsReader.print(settings)
        .forEach((name, value) -> spec.commandLine().getOut().println(name + "=" + value));
    return ExitCode.DONE;
  }

  private int serve(Settings settings, Map<String, String> given) throws InterruptedException {
    CountDownLatch closed = new CountDownLatch(1);
    SpringApplication application = new SpringApplication(Wiring.class);
    application.setBannerMode(Banner.Mode.OFF);
    application.addInitializers(
        context -> context.getBeanFactory().registerSingleton("settings", settings));
    application.addListeners((ApplicationListener<ContextClosedEvent>) _ -> closed.countDown());
    try {
      application.run(arguments(settings, given));
    } catch (PortInUseException e) {
      return refuse(
          List.of(
              "port "
                  + e.getPort()
                  + " is taken; choose another with --set management-port=N (0: any free one)"));
    }
    closed.await();
    return ExitCode.DONE;
  }

  private String[] arguments(Settings settings, Map<String, String> given) {
    Map<String, String> all = new LinkedHashMap<>(given);
    all.put("server.port", Integer.toString(settings.managementPort()));
    if (logFormat == LogFormat.JSON) {
      all.put("logging.structured.format.console", "logstash");
    }
    return all.entrySet().stream()
        .map(e -> "--" + e.getKey() + "=" + e.getValue())
        .toArray(String[]::new);
  }
}
