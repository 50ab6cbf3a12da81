package dev.palinode.bench;

import dev.palinode.analysis.Answer;
import dev.palinode.analysis.MetricSource;
import dev.palinode.analysis.Sample;
import dev.palinode.analysis.Series;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** One store with the samples of many services; counts the questions about raw samples. */
record ManyServices(List<SampleStream> services, AtomicInteger asked) implements MetricSource {

  @Override
  public Answer<List<Series>> samples(String selector, Instant end, Duration window) {
    asked.incrementAndGet();
    List<Series> all = new ArrayList<>();
    for (SampleStream service : services) {
      boolean wanted =
          selector.contains("destination_service_name=~")
              || selector.contains(
                  "destination_service_name=\"" + service.arms().serviceName() + "\"");
      if (wanted && service.samples(selector, end, window) instanceof Answer.Known(var series)) {
        all.addAll(series);
      }
    }
    return new Answer.Known<>(all);
  }

  @Override
  public Answer<List<Sample>> instant(String query, Instant at) {
    return new Answer.Known<>(List.of());
  }

  @Override
  public Answer<List<Series>> range(String query, Instant from, Instant to, Duration step) {
    String namedBy = "destination_service_name=\"";
    int name = query.indexOf(namedBy) + namedBy.length();
    String service = query.substring(name, query.indexOf('"', name));
    return services.stream()
        .filter(s -> s.arms().serviceName().equals(service))
        .findFirst()
        .orElseThrow()
        .range(query, from, to, step);
  }
}
