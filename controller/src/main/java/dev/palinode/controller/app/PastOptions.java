package dev.palinode.controller.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.palinode.analysis.BuiltInTemplates;
import dev.palinode.analysis.TemplateProblems;
import dev.palinode.analysis.prometheus.Dialect;
import dev.palinode.analysis.replay.PastRollout.Subject;
import dev.palinode.analysis.replay.PastRollout.Weight;
import dev.palinode.crds.AnalysisTemplate;
import dev.palinode.crds.AnalysisTemplateSpec;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.Problem;
import dev.palinode.crds.Span;
import dev.palinode.crds.SpecProblems;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import picocli.CommandLine.Option;

/** Which rollout of the past is read from Prometheus, and by which template it is judged. */
final class PastOptions {
  /** What cannot be used; the message is a sentence for a person. */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1;

    Unusable(String message) {
      super(message);
    }
  }

  /** Later samples may still be on their way. */
  private static final Duration SETTLED = Duration.ofMinutes(1);

  private static final Duration LONGEST = Duration.ofDays(2);
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(
      names = "--prometheus",
      paramLabel = "URL",
      description = "reads the past from there instead of a file")
  private @Nullable URI url;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "when the canary first got traffic: RFC 3339, or -2h")
  private @Nullable String from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      description = "when it was over: RFC 3339, or -30m (a minute ago)")
  private @Nullable String to;

  @Option(names = "--service", paramLabel = "NAMESPACE/NAME", description = "whose requests")
  private @Nullable String service;

  @Option(
      names = "--canary",
      paramLabel = "PREFIX",
      description = "how the names of the canary's pods begin, such as checkout-7f9c2d41-")
  private @Nullable String canary;

  @Option(
      names = "--stable",
      paramLabel = "PREFIX",
      description = "how those of stable's pods begin (any other)")
  private @Nullable String stable;

  @Option(
      names = "--canary-revision",
      paramLabel = "REVISION",
      description = "the canary's destination_canonical_revision, where reporter=source has it")
  private @Nullable String revision;

  @Option(
      names = "--template",
      paramLabel = "FILE|NAME",
      defaultValue = "http",
      description = "an AnalysisTemplate, or a built-in one, http or grpc (${DEFAULT-VALUE})")
  private String template = "http";

  @Option(
      names = "--weights",
      paramLabel = "TIME=PERCENT",
      split = ",",
      description = "the canary's weights since --from, such as 0s=5,10m=25")
  private List<String> weights = List.of();

  @Option(
      names = "--scrape-interval",
      paramLabel = "DURATION",
      defaultValue = "15s",
      converter = JudgeOptions.IntervalConverter.class,
      description = "how often Prometheus read the pods (${DEFAULT-VALUE})")
  private Duration scrapeInterval = Duration.ofSeconds(15);

  @Option(
      names = "--warmup",
      paramLabel = "DURATION",
      defaultValue = "2m",
      converter = JudgeOptions.SpanConverter.class,
      description = "young latencies and gauges left out (${DEFAULT-VALUE})")
  private Duration warmup = Duration.ofMinutes(2);

  @Option(
      names = "--dialect",
      paramLabel = "NAME",
      defaultValue = "PROMETHEUS",
      description = "prometheus, thanos, mimir or victoriametrics")
  private Dialect dialect = Dialect.PROMETHEUS;

  @Option(names = "--token-file", paramLabel = "FILE", description = "holds a bearer token")
  private @Nullable Path tokenFile;

  @Option(names = "--tenant", paramLabel = "NAME", description = "header X-Scope-OrgID")
  private @Nullable String tenant;

  @Option(names = "--ca-file", paramLabel = "FILE", description = "authorities in PEM")
  private @Nullable Path caFile;

  boolean isAsked() {
    return url != null;
  }

  /** Where to ask; throws {@link Unusable}. */
  PrometheusAccess access() throws Unusable {
    PrometheusAccess access =
        new PrometheusAccess(url, scrapeInterval, tokenFile, null, tenant, caFile, dialect);
    List<String> problems = new ArrayList<>();
    access.problems(problems);
    refuse(problems);
    return access;
  }

  Subject subject() throws Unusable {
    String[] parts = String.valueOf(service).split("/", -1);
    String name = "[a-z0-9]([-a-z0-9.]*[a-z0-9])?";
    if (service == null
        || parts.length != 2
        || !parts[0].matches(name)
        || !parts[1].matches(name)) {
      throw new Unusable("--service is NAMESPACE/NAME, such as shop/checkout");
    }
    String prefix = canary;
    if (prefix == null || !prefix.matches("[a-z0-9][-a-z0-9.]*")) {
      throw new Unusable(
          "--canary is how the names of the canary's pods begin, such as checkout-7f9c2d41-");
    }
    if (prefix.equals(stable)) {
      throw new Unusable("--canary and --stable are the same; they tell the arms apart");
    }
    if (revision != null && !revision.matches("[A-Za-z0-9][-A-Za-z0-9._]*")) {
      throw new Unusable("--canary-revision is the value of a label");
    }
    return new Subject(
        parts[0], parts[1], prefix, Optional.ofNullable(stable), Optional.ofNullable(revision));
  }

  /** Both ends; throws {@link Unusable} unless there is time between them. */
  Instant[] span(Instant now) throws Unusable {
    Instant settled = now.minus(SETTLED);
    Instant begin = moment("--from", from, now);
    Instant end = to == null ? settled : moment("--to", to, now);
    end = end.isAfter(settled) ? settled : end;
    if (Duration.between(begin, end).compareTo(scrapeInterval.multipliedBy(2)) < 0) {
      throw new Unusable("--from lies at least two scrape intervals before --to, and before now");
    }
    if (Duration.between(begin, end).compareTo(LONGEST) > 0) {
      throw new Unusable("at most two days are replayed; move --from and --to together");
    }
    return new Instant[] {begin, end};
  }

  private static Instant moment(String option, @Nullable String text, Instant now) throws Unusable {
    try {
      if (text != null && text.startsWith("-")) {
        return now.minus(Span.of(text.substring(1)).duration());
      }
      if (text != null) {
        return OffsetDateTime.parse(text.toUpperCase(Locale.ROOT)).toInstant();
      }
    } catch (DateTimeException | IllegalArgumentException e) {
      // told below
    }
    throw new Unusable(option + " is a moment: write 2026-03-01T12:00:00Z, or -2h");
  }

  List<Weight> weights(Instant from) throws Unusable {
    List<Weight> all = new ArrayList<>();
    for (String each : weights) {
      String[] parts = each.split("=", -1);
      try {
        double percent = Double.parseDouble(parts[1].replaceFirst("%$", ""));
        Instant at = from.plus(Span.of(parts[0]).duration());
        if (!(percent >= 0 && percent <= 100)
            || (!all.isEmpty() && !at.isAfter(all.getLast().from()))) {
          throw new IllegalArgumentException("out of order or no percentage");
        }
        all.add(new Weight(at, percent / 100));
      } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
        throw new Unusable(
            "--weights are times since --from, each later than the one before, with percentages:"
                + " write 0s=5,10m=25");
      }
    }
    return all;
  }

  Duration scrapeInterval() {
    return scrapeInterval;
  }

  Duration warmup() {
    return warmup;
  }

  /** The template's metrics; those of a built-in one with the judge's margins. */
  List<Metric> metrics(JudgeOptions judge) throws Unusable {
    Optional<AnalysisTemplateSpec> known = BuiltInTemplates.named(template);
    if (known.isPresent()) {
      return known.get().metrics().stream()
          .map(m ->
              new Metric(
                  m.name(), m.ratio(), judge.margin(), judge.tolerance(), null, null, 0, true))
          .toList();
    }
    AnalysisTemplateSpec spec = file(Path.of(template));
    refuse(TemplateProblems.of(spec));
    if (spec.metrics().stream().anyMatch(m -> m.provider() != null)) {
      throw new Unusable("a provider's past cannot be replayed; take its metrics out of the file");
    }
    return spec.metrics();
  }

  private static AnalysisTemplateSpec file(Path file) throws Unusable {
    try {
      Object document =
          new Load(LoadSettings.builder().setLabel(file.toString()).build())
              .loadFromString(Files.readString(file));
      JsonNode tree = JSON.valueToTree(document);
      SpecProblems.Checked checked = SpecProblems.check(tree);
      refuse(checked.problems().stream().map(Problem::toString).toList());
      if (checked.object().orElse(null) instanceof AnalysisTemplate found) {
        return found.getSpec();
      }
      throw new Unusable(file + " is no AnalysisTemplate");
    } catch (IOException e) {
      throw new Unusable(
          "--template %s is neither http nor grpc nor a file that can be read".formatted(file));
    } catch (YamlEngineException | IllegalArgumentException e) {
      throw new Unusable(file + " is no single document of YAML: " + e.getMessage());
    }
  }

  private static void refuse(List<String> problems) throws Unusable {
    if (!problems.isEmpty()) {
      throw new Unusable(String.join(System.lineSeparator(), problems));
    }
  }
}
