package dev.palinode.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of one template.
 *
 * @param metrics the questions; a name is used once
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record AnalysisTemplateSpec(
    @ValidationRule(
            value = AnalysisTemplateRules.UNIQUE_CEL,
            message = AnalysisTemplateRules.UNIQUE)
        @Required
        @Size(min = 1, max = 50)
        List<Metric> metrics) {

  /**
   * One question: a ratio of two counters, a histogram or a gauge compared with stable, or a query
   * against a threshold; or one of these by another tool's rules.
   *
   * @param histogram selector of a latency histogram: of its {@code _bucket} counters, or of a
   *     native one by its plain name
   * @param gauge query for the candidate's value; more is worse
   * @param baseline the same query for stable's value
   * @param margin how much worse than stable the candidate may be before that is a failure
   * @param tolerance how much worse it may at most be for the question to count as passed; wider
   *     than the margin, because proving health costs more traffic than seeing harm
   * @param critical false: annotates, never fails
   * @param failureLimit how many samples outside the range are forgiven
   * @param mode whose rules judge the metric; absent: ours
   * @param flagger settings of mode flagger; range is its thresholdRange
   * @param argo settings of mode argo
   * @param kayenta settings of mode kayenta
   * @param provider who is asked instead of the metric store
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @ValidationRule(
      value = AnalysisTemplateRules.ONE_KIND_CEL,
      message = AnalysisTemplateRules.ONE_KIND)
  @ValidationRule(
      value = AnalysisTemplateRules.QUERY_RANGE_CEL,
      message = AnalysisTemplateRules.QUERY_RANGE)
  @ValidationRule(
      value = AnalysisTemplateRules.GAUGE_BASELINE_CEL,
      message = AnalysisTemplateRules.GAUGE_BASELINE)
  @ValidationRule(value = ModeRules.QUESTION_CEL, message = ModeRules.QUESTION)
  @ValidationRule(value = ModeRules.GROUP_CEL, message = ModeRules.GROUP)
  @ValidationRule(value = ModeRules.OURS_CEL, message = ModeRules.OURS)
  @ValidationRule(value = ModeRules.CONDITION_CEL, message = ModeRules.CONDITION)
  @ValidationRule(value = ProviderRules.KIND_CEL, message = ProviderRules.KIND)
  @ValidationRule(value = ProviderRules.MODE_CEL, message = ProviderRules.MODE)
  public record Metric(
      @Required @Size(min = 1, max = 63) String name,
      @Nullable Ratio ratio,
      @Size(min = 1, max = 10_000) @Nullable String histogram,
      @ValidationRule(
              value = AnalysisTemplateRules.PLACEHOLDERS_CEL,
              message = AnalysisTemplateRules.PLACEHOLDERS)
          @Size(min = 1, max = 10_000)
          @Nullable String gauge,
      @ValidationRule(
              value = AnalysisTemplateRules.PLACEHOLDERS_CEL,
              message = AnalysisTemplateRules.PLACEHOLDERS)
          @Size(min = 1, max = 10_000)
          @Nullable String baseline,
      @Nullable Margin margin,
      @Nullable Margin tolerance,
      @ValidationRule(
              value = AnalysisTemplateRules.PLACEHOLDERS_CEL,
              message = AnalysisTemplateRules.PLACEHOLDERS)
          @Size(min = 1, max = 10_000)
          @Nullable String query,
      @Nullable Range range,
      @Min(0) @Default("0") Integer failureLimit,
      @Default("true") Boolean critical,
      @Nullable AnalysisMode mode,
      AnalysisMode.@Nullable Flagger flagger,
      AnalysisMode.@Nullable Argo argo,
      AnalysisMode.@Nullable Kayenta kayenta,
      @Nullable MetricProvider provider) {
    public Metric {
      failureLimit = failureLimit == null ? 0 : failureLimit;
      critical = critical == null || critical;
    }

    /** By our own rules. */
    public Metric(
        String name,
        @Nullable Ratio ratio,
        @Nullable String histogram,
        @Nullable String gauge,
        @Nullable String baseline,
        @Nullable Margin margin,
        @Nullable Margin tolerance,
        @Nullable String query,
        @Nullable Range range,
        Integer failureLimit,
        Boolean critical) {
      this(
          name,
          ratio,
          histogram,
          gauge,
          baseline,
          margin,
          tolerance,
          query,
          range,
          failureLimit,
          critical,
          null,
          null,
          null,
          null,
          null);
    }

    /** A ratio or a query. */
    public Metric(
        String name,
        @Nullable Ratio ratio,
        @Nullable Margin margin,
        @Nullable Margin tolerance,
        @Nullable String query,
        @Nullable Range range,
        Integer failureLimit,
        Boolean critical) {
      this(name, ratio, null, null, null, margin, tolerance, query, range, failureLimit, critical);
    }
  }

  /**
   * Selectors of two counters, bad ones among all; the controller adds the matchers of each arm.
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Ratio(
      @Required @Size(min = 1, max = 10_000) String bad,
      @Required @Size(min = 1, max = 10_000) String total) {}

  /** p_candidate &lt;= relative * p_stable + absolute. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Margin(@Min(0) @Nullable Double relative, @Min(0) @Nullable Double absolute) {}

  /** Bounds, both inclusive. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @ValidationRule(
      value = AnalysisTemplateRules.RANGE_BOUND_CEL,
      message = AnalysisTemplateRules.RANGE_BOUND)
  @ValidationRule(
      value = AnalysisTemplateRules.RANGE_ORDER_CEL,
      message = AnalysisTemplateRules.RANGE_ORDER)
  public record Range(@Nullable Double min, @Nullable Double max) {}

  public AnalysisTemplateSpec {
    metrics = List.copyOf(metrics);
  }
}
