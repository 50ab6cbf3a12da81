package dev.palinode.analysis;

import dev.palinode.crds.AnalysisTemplateSpec;
import dev.palinode.crds.AnalysisTemplateSpec.Margin;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Ratio;
import java.util.List;

/** The templates that need no AnalysisTemplate object. */
public final class BuiltInTemplates {
  /** Istio's counter of requests; its share also tells whether a weight is served. */
  static final String REQUESTS = "istio_requests_total";

  /** The margin where a template names none: so many times stable's share, and so much more. */
  public static final double MARGIN_RELATIVE = 1.2;

  public static final double MARGIN_ABSOLUTE = 0.0005;

  static final Margin MARGIN = new Margin(MARGIN_RELATIVE, MARGIN_ABSOLUTE);

  private BuiltInTemplates() {}

  /**
   * Server errors against stable: at most 1.2 times stable's share plus 0.05 points. Latency is not
   * part of it: not every mesh has its histograms scraped, and without them nothing would pass.
   */
  public static AnalysisTemplateSpec http() {
    return new AnalysisTemplateSpec(
        List.of(
            new Metric(
                "errors",
                new Ratio(REQUESTS + "{response_code=~\"5..\"}", REQUESTS),
                MARGIN,
                null,
                null,
                null,
                0,
                true)));
  }
}
