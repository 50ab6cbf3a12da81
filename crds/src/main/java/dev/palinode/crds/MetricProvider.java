package dev.palinode.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/**
 * Who answers a metric instead of the metric store.
 *
 * @param webhook any service that says a number, or counts, for an arm
 * @param graphite the render API of Graphite
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(value = ProviderRules.ONE_CEL, message = ProviderRules.ONE)
public record MetricProvider(@Nullable Webhook webhook, @Nullable Graphite graphite) {

  /**
   * Is sent the question as JSON by POST.
   *
   * @param url of the service; holds no user and no password
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Webhook(
      @ValidationRule(value = ProviderRules.URL_CEL, message = ProviderRules.URL)
          @Required
          @Size(min = 1, max = 2_000)
          String url) {}

  /**
   * Is asked for a target.
   *
   * @param url up to and without {@code /render}; holds no user and no password
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Graphite(
      @ValidationRule(value = ProviderRules.URL_CEL, message = ProviderRules.URL)
          @Required
          @Size(min = 1, max = 2_000)
          String url) {}
}
