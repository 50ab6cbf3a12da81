package dev.palinode.controller.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.palinode.analysis.GateSettings;
import dev.palinode.analysis.prometheus.PrometheusSource;
import dev.palinode.analysis.record.RolloutRecord;
import dev.palinode.analysis.replay.ArgoRule;
import dev.palinode.analysis.replay.CsvRecording;
import dev.palinode.analysis.replay.CsvRecording.Parsed;
import dev.palinode.analysis.replay.FlaggerRule;
import dev.palinode.analysis.replay.KayentaRule;
import dev.palinode.analysis.replay.PastRollout;
import dev.palinode.analysis.replay.PastRollout.Read;
import dev.palinode.analysis.replay.PastRollout.Subject;
import dev.palinode.analysis.replay.PastRollout.Weight;
import dev.palinode.analysis.replay.RecordReplay;
import dev.palinode.analysis.replay.RecordingJudge;
import dev.palinode.analysis.replay.Replay;
import dev.palinode.analysis.replay.ReplayReport;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what the judge and others would have done on past traffic. */
@Command(
    name = "replay",
    description = {
      "Says what this judge, Flagger, Argo Rollouts and Kayenta would have done on past traffic,",
      "when, and at what cost in bad requests.",
      "",
      "Reads CSV: time,arm,total,bad for each window, arm canary or stable, time its end in"
          + " seconds",
      "or RFC 3339; time,weight,PERCENT where the weight changed. After a header"
          + " time,arm,le,count:",
      "cumulative buckets of a latency histogram. Or a rollout's own record (lines of JSON,"
          + " analysis.records):",
      "judged again as it was, with its own settings.",
      "",
      "With --prometheus nothing is recorded before: --from, --to, --service and --canary tell"
          + " which",
      "rollout is read from there, and the gate goes through it as if it were now."
    },
    mixinStandardHelpOptions = true)
final class ReplayCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "the CSV or the record; standard input without it")
  private @Nullable Path file;

  @Mixin private JudgeOptions judge = new JudgeOptions();

  @Mixin private PastOptions past = new PastOptions();

  @Option(
      names = "--weight",
      paramLabel = "PERCENT",
      description = "the canary's weight, where the recording does not tell it")
  private @Nullable Double weight;

  @Option(
      names = "--latency-margin",
      paramLabel = "FACTOR",
      defaultValue = "1.1",
      description = "how many times stable's latency is allowed (${DEFAULT-VALUE})")
  private double latencyMargin;

  @Option(
      names = "--onset",
      paramLabel = "DURATION",
      defaultValue = "10m",
      converter = JudgeOptions.SpanConverter.class,
      description = "harm may begin anew so often; 0s: at the start or never (${DEFAULT-VALUE})")
  private Duration onset = Duration.ofMinutes(10);

  @Option(
      names = "--pod-variation",
      paramLabel = "CV",
      defaultValue = "0.3",
      description = "how far error rates of healthy pods differ (${DEFAULT-VALUE})")
  private double podVariation;

  @Option(
      names = "--pods",
      arity = "2",
      paramLabel = "N",
      description = "pods of the canary and of stable (1 9)")
  private int[] pods = {1, 9};

  @Option(
      names = "--flagger-interval",
      paramLabel = "DURATION",
      defaultValue = "1m",
      converter = JudgeOptions.IntervalConverter.class,
      description = "(${DEFAULT-VALUE})")
  private Duration flaggerInterval = Duration.ofMinutes(1);

  @Option(
      names = "--flagger-threshold",
      paramLabel = "N",
      defaultValue = "10",
      description = "failed checks that roll back (${DEFAULT-VALUE})")
  private int flaggerThreshold;

  @Option(
      names = "--flagger-success-rate",
      paramLabel = "PERCENT",
      defaultValue = "99",
      description = "(${DEFAULT-VALUE})")
  private double flaggerRate;

  @Option(
      names = "--flagger-duration",
      paramLabel = "MILLISECONDS",
      defaultValue = "500",
      description = "highest p99, where there are histograms (${DEFAULT-VALUE})")
  private double flaggerDuration;

  @Option(
      names = "--argo-interval",
      paramLabel = "DURATION",
      defaultValue = "5m",
      converter = JudgeOptions.IntervalConverter.class,
      description = "(${DEFAULT-VALUE})")
  private Duration argoInterval = Duration.ofMinutes(5);

  @Option(
      names = "--argo-failure-limit",
      paramLabel = "N",
      defaultValue = "3",
      description = "failures that are forgiven (${DEFAULT-VALUE})")
  private int argoLimit;

  @Option(
      names = "--argo-success-condition",
      paramLabel = "EXPRESSION",
      defaultValue = "result[0] >= 0.95",
      description = "over the share of good requests (${DEFAULT-VALUE})")
  private String argoCondition = "";

  @Option(
      names = "--kayenta-interval",
      paramLabel = "DURATION",
      defaultValue = "5m",
      converter = JudgeOptions.IntervalConverter.class,
      description = "between judgements; the first comes after ten minutes (${DEFAULT-VALUE})")
  private Duration kayentaInterval = Duration.ofMinutes(5);

  @Option(
      names = "--kayenta-scores",
      arity = "2",
      paramLabel = "SCORE",
      description = "marginal and pass (75 95)")
  private double[] kayentaScores = {75, 95};

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text or json")
  private OutputFormat output = OutputFormat.TEXT;

  @Option(names = "--svg", paramLabel = "FILE", description = "draws the replay into this file")
  private @Nullable Path svg;

  @Override
  public Integer call() throws IOException {
    refuseBadOptions();
    if (past.isAsked()) {
      return past();
    }
    try (BufferedReader input = new BufferedReader(open())) {
      return isRecord(input) ? record(input) : csv(CsvRecording.read(input));
    }
  }

  private Integer past() throws IOException {
    if (file != null) {
      throw new ParameterException(
          spec.commandLine(), "a file and --prometheus are two different pasts; give one");
    }
    try {
      PrometheusAccess access = past.access();
      Subject subject = past.subject();
      Instant[] span = past.span(InstantSource.system().instant());
      List<Weight> weights = past.weights(span[0]);
      List<Metric> metrics = past.metrics(judge);
      try (var source = new PrometheusSource(access.source(Objects.requireNonNull(access.url())))) {
        return past(
            new PastRollout(source, subject, span[0], span[1], weights)
                .read(metrics, judge.alpha(), gate()));
      }
    } catch (PastOptions.Unusable e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private Integer past(Read read) throws IOException {
    switch (read) {
      case Read.Complete(var rollout) -> {
        Optional<Replay.Result> result = RecordReplay.run(rollout, settings());
        if (result.isEmpty()) {
          return nothing("no window was closed between --from and --to");
        }
        print(result.get());
        return ExitCode.DONE;
      }
      case Read.Empty(var reason) -> {
        return nothing(reason);
      }
      case Read.Unreadable(var reason) -> {
        spec.commandLine().getErr().println(reason);
        return ExitCode.TIMEOUT;
      }
    }
  }

  private GateSettings gate() {
    return new GateSettings(
        past.scrapeInterval(),
        past.scrapeInterval(),
        Duration.ofSeconds(1),
        judge.beta(),
        podVariation,
        past.warmup(),
        onset);
  }

  /** No row of CSV begins with a brace. */
  private static boolean isRecord(BufferedReader input) throws IOException {
    input.mark(1);
    boolean brace = input.read() == '{';
    input.reset();
    return brace;
  }

  private Integer csv(Parsed parsed) throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    return switch (parsed) {
      case Parsed.Refused(var problems) -> {
        problems.forEach(err::println);
        err.println(problems.size() == 1 ? "1 problem" : problems.size() + " problems");
        yield ExitCode.USAGE;
      }
      case Parsed.Empty() -> nothing("give rows of time,arm,total,bad on standard input");
      case Parsed.Complete(var recording) -> {
        print(Replay.run(weight == null ? recording : recording.withWeight(weight), settings()));
        yield ExitCode.DONE;
      }
    };
  }

  /** Says first whether the judge still comes to what was written. */
  private Integer record(BufferedReader input) throws IOException {
    RolloutRecord rollout;
    try {
      rollout = RolloutRecord.read(input.lines());
    } catch (RolloutRecord.Malformed e) {
      spec.commandLine().getErr().println(e.getMessage());
      return ExitCode.USAGE;
    }
    Optional<Replay.Result> result = RecordReplay.run(rollout, settings());
    if (result.isEmpty()) {
      return nothing("the record holds no closed window");
    }
    print(result.get());
    Optional<String> difference = rollout.difference();
    spec.commandLine()
        .getErr()
        .println(difference.orElse("judged again: every recorded verdict is the same"));
    return difference.isEmpty() ? ExitCode.DONE : ExitCode.NEGATIVE;
  }

  private Integer nothing(String advice) {
    spec.commandLine().getErr().println("no window to replay: " + advice);
    return ExitCode.NOTHING;
  }

  private void refuseBadOptions() {
    String problem = judge.problem();
    if (problem.isEmpty() && weight != null && !(weight >= 0 && weight <= 100)) {
      problem = "--weight lies between 0 and 100";
    }
    if (problem.isEmpty() && !(latencyMargin >= 1)) {
      problem = "--latency-margin is at least 1";
    }
    if (problem.isEmpty() && (flaggerThreshold < 1 || argoLimit < 0)) {
      problem = "--flagger-threshold is at least 1, --argo-failure-limit at least 0";
    }
    if (problem.isEmpty() && (!(podVariation >= 0) || pods[0] < 1 || pods[1] < 1)) {
      problem = "--pod-variation is not negative, --pods are at least 1";
    }
    if (!problem.isEmpty()) {
      throw new ParameterException(spec.commandLine(), problem);
    }
  }

  private Reader open() throws IOException {
    Path path = file;
    if (path != null && (!Files.isReadable(path) || Files.isDirectory(path))) {
      throw new ParameterException(spec.commandLine(), path + " cannot be read");
    }
    return new InputStreamReader(
        path == null ? System.in : Files.newInputStream(path), StandardCharsets.UTF_8);
  }

  private Replay.Settings settings() {
    return new Replay.Settings(
        new RecordingJudge.Settings(
            judge.alpha(),
            judge.beta(),
            judge.margin(),
            judge.tolerance(),
            latencyMargin,
            onset,
            podVariation,
            pods[0],
            pods[1]),
        new FlaggerRule.Settings(flaggerInterval, flaggerThreshold, flaggerRate, flaggerDuration),
        new ArgoRule.Settings(argoInterval, argoLimit, argoCondition),
        new KayentaRule.Settings(
            Duration.ofMinutes(1),
            kayentaInterval,
            Duration.ofMinutes(10),
            Duration.ZERO,
            kayentaScores[0],
            kayentaScores[1]));
  }

  private void print(Replay.Result result) throws IOException {
    spec.commandLine()
        .getOut()
        .println(
            switch (output) {
              case TEXT -> ReplayReport.text(result).stripTrailing();
              case JSON ->
                  JSON.writerWithDefaultPrettyPrinter()
                      .writeValueAsString(ReplayReport.tree(result));
            });
    if (svg != null) {
      Files.writeString(svg, ReplayReport.svg(result));
    }
  }
}
