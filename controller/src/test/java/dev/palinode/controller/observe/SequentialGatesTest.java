package dev.palinode.controller.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.analysis.Answer;
import dev.palinode.analysis.Counted;
import dev.palinode.analysis.GateSettings;
import dev.palinode.analysis.Inquiry;
import dev.palinode.analysis.MetricSource;
import dev.palinode.analysis.Provider;
import dev.palinode.analysis.RouteWeight;
import dev.palinode.analysis.Sample;
import dev.palinode.analysis.Series;
import dev.palinode.controller.decide.Judgement;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import dev.palinode.crds.AnalysisTemplateSpec.Ratio;
import dev.palinode.crds.MetricProvider;
import dev.palinode.crds.ObjectName;
import dev.palinode.crds.Observed;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SequentialGatesTest {
  private static final Instant T0 = Instant.parse("2026-03-01T12:00:00Z");
  private static final MetricProvider WEBHOOK =
      new MetricProvider(new MetricProvider.Webhook("https://numbers"), null);

  @TempDir Path folder;
  private final List<Inquiry> asked = new ArrayList<>();

  /** A store without a single series. */
  private static final class Empty implements MetricSource {
    @Override
    public Answer<List<Series>> samples(String selector, Instant end, Duration window) {
      return new Answer.Known<>(List.of());
    }

    @Override
    public Answer<List<Sample>> instant(String query, Instant at) {
      return new Answer.Known<>(List.of());
    }
  }

  /** Every tenth request of the candidate is bad. */
  private final Provider provider =
      new Provider() {
        @Override
        public Answer<List<Sample>> value(Inquiry inquiry) {
          return new Answer.Known<>(List.of());
        }

        @Override
        public Answer<Optional<Counted>> counts(Inquiry inquiry) {
          asked.add(inquiry);
          return new Answer.Known<>(
              Optional.of(inquiry.candidate() ? new Counted(10, 100) : new Counted(1, 300)));
        }
      };

  private static Question question() {
    Metric metric =
        new Metric(
            "orders",
            new Ratio("refused", "tried"),
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            0,
            true,
            null,
            null,
            null,
            null,
            WEBHOOK);
    return new Question(
        "uid/1",
        new ObjectName("shop", "storefront"),
        List.of(metric),
        0.01,
        "checkout",
        "7f9c2d41",
        "checkout-7f9c2d41-",
        List.of("checkout-7f9c2d41-aa"),
        List.of("checkout-55d6-aa"),
        false,
        T0,
        RouteWeight.told(T0),
        Optional.empty());
  }

  @Test
  void metricOfAProvider_isAskedOfTheCanarysOwn() {
    List<String> canaries = new ArrayList<>();
    SequentialGates gates =
        new SequentialGates(
            new Empty(),
            canary -> {
              canaries.add(canary.name());
              return spec -> {
                assertThat(spec).isEqualTo(WEBHOOK);
                return provider;
              };
            },
            GateSettings.defaults(),
            new RolloutRecords(folder));
    Observed<Judgement> answer = gates.ask(question(), T0.plusSeconds(120));
    assertThat(answer)
        .isInstanceOfSatisfying(
            Observed.Known.class,
            known ->
                assertThat(((Judgement) known.value()).result()).isEqualTo(Judgement.Result.Fail));
    assertThat(canaries).containsOnly("storefront");
    assertThat(asked).extracting(Inquiry::metric).containsOnly("orders");
    assertThat(asked.getFirst().arms().serviceName()).isEqualTo("checkout");
  }

  @Test
  void gatesWithoutProviders_waitWithWords() {
    Observed<Judgement> answer =
        new SequentialGates(new Empty(), GateSettings.defaults(), new RolloutRecords(folder))
            .ask(question(), T0.plusSeconds(120));
    assertThat(answer)
        .isInstanceOfSatisfying(
            Observed.Known.class,
            known -> {
              Judgement judgement = (Judgement) known.value();
              assertThat(judgement.result()).isEqualTo(Judgement.Result.Invalid);
              assertThat(judgement.toString()).contains("no providers here");
            });
  }
}
