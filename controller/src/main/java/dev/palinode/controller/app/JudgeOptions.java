package dev.palinode.controller.app;

import dev.palinode.analysis.BuiltInTemplates;
import dev.palinode.crds.AnalysisTemplateSpec.Margin;
import dev.palinode.crds.Span;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How sure the judge must be and what it allows, as every command that asks it takes them. */
final class JudgeOptions {
  @Option(
      names = "--alpha",
      paramLabel = "SHARE",
      defaultValue = "0.01",
      description = "bound on the chance that a healthy release fails (${DEFAULT-VALUE})")
  private double alpha;

  @Option(
      names = "--beta",
      paramLabel = "SHARE",
      defaultValue = "0.05",
      description = "bound on the chance that a release at the tolerance passes (${DEFAULT-VALUE})")
  private double beta;

  @Option(
      names = "--margin-relative",
      paramLabel = "FACTOR",
      description = "allowed: so many times stable's share of bad requests (1.2)")
  private @Nullable Double relative;

  @Option(
      names = "--margin-absolute",
      paramLabel = "SHARE",
      description = "and so much more, as a share: 0.0005 is 0.05 points (0.0005)")
  private @Nullable Double absolute;

  @Option(
      names = "--tolerance-absolute",
      paramLabel = "SHARE",
      description = "a release passes when more than this is ruled out (the margin and one point)")
  private @Nullable Double tolerance;

  double alpha() {
    return alpha;
  }

  double beta() {
    return beta;
  }

  double relative() {
    return relative == null ? BuiltInTemplates.MARGIN_RELATIVE : relative;
  }

  double absolute() {
    return absolute == null ? BuiltInTemplates.MARGIN_ABSOLUTE : absolute;
  }

  Margin margin() {
    return new Margin(relative(), absolute());
  }

  Margin tolerance() {
    return new Margin(null, tolerance);
  }

  @Nullable Double toleranceAbsolute() {
    return tolerance;
  }

  /** What is wrong with them in one sentence; empty if nothing is. */
  String problem() {
    if (!(alpha > 0 && alpha < 1) || !(beta > 0 && beta < 1)) {
      return "--alpha and --beta lie between 0 and 1";
    }
    if (!(relative() >= 0) || !(absolute() >= 0) || !(absolute() < 1)) {
      return "a margin is not negative, and its absolute part is a share below 1";
    }
    if (relative() == 0 && absolute() == 0) {
      return "a margin of zero times stable plus zero forbids every error; set --margin-absolute";
    }
    if (tolerance != null && !(tolerance >= absolute() && tolerance < 1)) {
      return "--tolerance-absolute is at least --margin-absolute, and below 1";
    }
    return "";
  }

  /** Durations as Kubernetes users write them. */
  static final class SpanConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      try {
        return Span.of(text).duration();
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** The same, above zero. */
  static final class IntervalConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      Duration interval = new SpanConverter().convert(text);
      if (!interval.isPositive()) {
        throw new TypeConversionException("an interval is longer than 0s");
      }
      return interval;
    }
  }
}
