package dev.palinode.controller.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.palinode.analysis.plan.Plan;
import dev.palinode.analysis.plan.PlanReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Says what a service's traffic lets the judge see, and the steps that follow. */
@Command(
    name = "plan",
    description = {
      "Says for a service's traffic and error rate which increase of errors is found in what time",
      "at which weight, and the steps of a Canary that follow from it."
    },
    mixinStandardHelpOptions = true)
final class PlanCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A point: as much as the tolerance lets a release be worse, unless told. */
  private static final double MORE = 0.01;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private JudgeOptions judge = new JudgeOptions();

  @Option(
      names = "--rps",
      required = true,
      paramLabel = "RATE",
      description = "requests per second to the whole service")
  private double rate;

  @Option(
      names = "--error-rate",
      required = true,
      paramLabel = "SHARE",
      description = "share of bad requests of the stable release: 0.001 is 0.1%%")
  private double errorRate;

  @Option(
      names = "--weights",
      split = ",",
      paramLabel = "PERCENT",
      defaultValue = "5,10,25,50",
      description = "weights to look at (${DEFAULT-VALUE})")
  private List<Double> weights = List.of();

  @Option(
      names = "--increase",
      paramLabel = "SHARE",
      defaultValue = "0.01",
      description = "the harm that each step must be long enough to find (${DEFAULT-VALUE})")
  private double increase;

  @Option(
      names = "--within",
      split = ",",
      paramLabel = "DURATION",
      defaultValue = "5m,10m,1h",
      converter = JudgeOptions.IntervalConverter.class,
      description = "times to look at, ascending (${DEFAULT-VALUE})")
  private List<Duration> horizons = List.of();

  @Option(
      names = "--scrape-interval",
      paramLabel = "DURATION",
      defaultValue = "15s",
      converter = JudgeOptions.IntervalConverter.class,
      description = "how often the pods are scraped (${DEFAULT-VALUE})")
  private Duration scrape = Duration.ofSeconds(15);

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json")
  private OutputFormat output = OutputFormat.TEXT;

  @Option(names = "--svg", paramLabel = "FILE", description = "draws the plan into this file")
  private @Nullable Path svg;

  @Override
  public Integer call() throws IOException {
    String problem = problem();
    if (!problem.isEmpty()) {
      throw new ParameterException(spec.commandLine(), problem);
    }
    Double tolerance = judge.toleranceAbsolute();
    Plan plan =
        Plan.of(
            new Plan.Service(
                rate,
                errorRate,
                weights.stream().sorted().distinct().toList(),
                increase,
                judge.alpha(),
                judge.beta(),
                judge.relative(),
                judge.absolute(),
                tolerance == null ? judge.absolute() + MORE : tolerance,
                scrape),
            horizons.stream().sorted().distinct().toList());
    spec.commandLine()
        .getOut()
        .println(
            switch (output) {
              case TEXT -> PlanReport.text(plan).stripTrailing();
              case JSON ->
                  JSON.writerWithDefaultPrettyPrinter().writeValueAsString(PlanReport.tree(plan));
            });
    if (svg != null) {
      Files.writeString(svg, PlanReport.svg(plan));
    }
    return plan.steps().isEmpty() ? ExitCode.NEGATIVE : ExitCode.DONE;
  }

  private String problem() {
    if (!judge.problem().isEmpty()) {
      return judge.problem();
    }
    if (!(rate > 0) || Double.isInfinite(rate)) {
      return "--rps is above 0";
    }
    if (!(errorRate > 0 && errorRate < 1)) {
      return "--error-rate is a share above 0 and below 1; for a service without errors give what"
          + " you would notice, as 0.0001";
    }
    if (weights.stream().anyMatch(w -> !(w > 0 && w < 100))) {
      return "--weights are percents above 0 and below 100";
    }
    if (!(increase > 0 && errorRate + increase <= 1)) {
      return "--increase is a share above 0, and not more than there are requests";
    }
    return "";
  }
}
