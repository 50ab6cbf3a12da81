package dev.palinode.analysis;

import dev.palinode.crds.AnalysisTemplateSpec;
import dev.palinode.crds.AnalysisTemplateSpec.Margin;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Ratio;
import java.util.List;
import java.util.Optional;

/** The templates that need no AnalysisTemplate object. */
public final class BuiltInTemplates {
  /** Istio's counter of requests; its share also tells whether a weight is served. */
  static final String REQUESTS = "istio_requests_total";

  /** The margin where a template names none: so many times stable's share, and so much more. */
  public static final double MARGIN_RELATIVE = 1.2;

  public static final double MARGIN_ABSOLUTE = 0.0005;

  static final Margin MARGIN = new Margin(MARGIN_RELATIVE, MARGIN_ABSOLUTE);

  private BuiltInTemplates() {}

  /** By its name; empty if there is none of that name. */
  public static Optional<AnalysisTemplateSpec> named(String name) {
    return switch (name) {
      case "http" -> Optional.of(http());
      case "grpc" -> Optional.of(grpc());
      default -> Optional.empty();
    };
  }

  /**
   * Calls that ended as only a server's fault can, against stable: UNKNOWN, DEADLINE_EXCEEDED,
   * UNIMPLEMENTED, INTERNAL, UNAVAILABLE and DATA_LOSS, the ones that OpenTelemetry's conventions
   * for gRPC servers take for errors. A stream counts once, when it ends.
   */
  public static AnalysisTemplateSpec grpc() {
    String calls = REQUESTS + "{request_protocol=\"grpc\"";
    return errors(new Ratio(calls + ",grpc_response_status=~\"2|4|12|13|14|15\"}", calls + "}"));
  }

  /**
   * Server errors against stable: at most 1.2 times stable's share plus 0.05 points. Latency is not
   * part of it: not every mesh has its histograms scraped, and without them nothing would pass.
   */
  public static AnalysisTemplateSpec http() {
    return errors(new Ratio(REQUESTS + "{response_code=~\"5..\"}", REQUESTS));
  }

  private static AnalysisTemplateSpec errors(Ratio ratio) {
    return new AnalysisTemplateSpec(
        List.of(new Metric("errors", ratio, MARGIN, null, null, null, 0, true)));
  }
}
