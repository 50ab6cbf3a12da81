package dev.palinode.analysis.replay;

import dev.palinode.analysis.Answer;
import dev.palinode.analysis.Arms;
import dev.palinode.analysis.Exhibit;
import dev.palinode.analysis.Exhibit.ClosedWindow;
import dev.palinode.analysis.Gate;
import dev.palinode.analysis.GateSettings;
import dev.palinode.analysis.MetricSource;
import dev.palinode.analysis.Reading;
import dev.palinode.analysis.Recorder;
import dev.palinode.analysis.RouteWeight;
import dev.palinode.analysis.Sample;
import dev.palinode.analysis.Series;
import dev.palinode.analysis.Trial;
import dev.palinode.analysis.Verdict;
import dev.palinode.analysis.record.RolloutRecord;
import dev.palinode.crds.AnalysisTemplateSpec.Metric;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A rollout that is over, read from the metric store again: the controller's own gate goes through
 * that time as if it were now, window by window.
 */
public final class PastRollout {
  /** As {@code mesh.settle}: so long after a weight was set every proxy has surely heard of it. */
  private static final Duration SETTLE = Duration.ofSeconds(15);

  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** The API gives no more values of a series at once. */
  private static final int MOST_STEPS = 10_000;

  /** So often is a store asked again before it counts as unreadable. */
  private static final int ATTEMPTS = 4;

  /**
   * Whose rollout it was.
   *
   * @param candidatePods how the names of the candidate's pods begin
   * @param stablePods how those of stable's begin; any other without it
   * @param candidateRevision the candidate's value of {@code destination_canonical_revision}
   */
  public record Subject(
      String namespace,
      String service,
      String candidatePods,
      Optional<String> stablePods,
      Optional<String> candidateRevision) {}

  /**
   * A weight that was set.
   *
   * @param share between 0 and 1
   */
  public record Weight(Instant from, double share) {}

  /** What was read. */
  public sealed interface Read {
    record Complete(RolloutRecord record) implements Read {}

    /** Nothing of the service was there. */
    record Empty(String reason) implements Read {}

    record Unreadable(String reason) implements Read {}
  }

  private final MetricSource source;
  private final Subject subject;
  private final Instant from;
  private final Instant to;
  private final List<Weight> weights;

  /**
   * @param from when the candidate first got traffic
   * @param weights in order; empty if nobody knows
   */
  public PastRollout(
      MetricSource source, Subject subject, Instant from, Instant to, List<Weight> weights) {
    this.source = new ChunkedSource(only(source, subject), to.plus(MINUTE));
    this.subject = subject;
    this.from = from;
    this.to = to;
    this.weights = List.copyOf(weights);
  }

  /** Without the pods that belong to neither arm, where stable's are named. */
  private static MetricSource only(MetricSource source, Subject subject) {
    return subject
        .stablePods()
        .<MetricSource>map(stable -> new NamedPods(source, subject.candidatePods(), stable))
        .orElse(source);
  }

  public Read read(List<Metric> metrics, double alpha, GateSettings settings) {
    List<Series> pods;
    switch (source.range(podsQuery(), from, to, step())) {
      case Answer.Known<List<Series>>(var known) -> pods = known;
      case Answer.Refused<List<Series>>(var reason) -> {
        return new Read.Unreadable(reason);
      }
      case Answer.Unreadable<List<Series>>(var reason) -> {
        return new Read.Unreadable(reason);
      }
    }
    Kept kept = new Kept();
    Gate gate = new Gate(metrics, alpha, from, settings, kept);
    Duration window = settings.scrapeInterval();
    Instant last = to;
    for (Instant now = from; !now.isAfter(last); now = now.plus(window)) {
      Reading reading = look(gate, arms(pods, now), now);
      if (reading.unreadable().isPresent()) {
        return new Read.Unreadable(reading.unreadable().get());
      }
      last = to.plus(reading.lag()).plus(window);
    }
    return kept.rollout()
        .filter(_ -> pods.stream().anyMatch(s -> name(s).startsWith(subject.candidatePods())))
        .<Read>map(Read.Complete::new)
        .orElseGet(() ->
            new Read.Empty(
                "no istio_requests_total of %s/%s at reporter=destination with a pod %s… was scraped then"
                    .formatted(subject.namespace(), subject.service(), subject.candidatePods())));
  }

  private Reading look(Gate gate, Arms arms, Instant now) {
    Reading reading = gate.look(source, arms, weight(now), now);
    for (int i = 1; i < ATTEMPTS && reading.unreadable().isPresent(); i++) {
      reading = gate.look(source, arms, weight(now), now);
    }
    return reading;
  }

  private RouteWeight weight(Instant now) {
    if (weights.isEmpty()) {
      return RouteWeight.told(from);
    }
    return weights.stream()
        .filter(w -> !w.from().isAfter(now))
        .reduce((_, last) -> last)
        .map(w ->
            new RouteWeight(w.share(), Optional.of(w.from()), Optional.of(w.from().plus(SETTLE))))
        .orElse(RouteWeight.NONE);
  }

  private String podsQuery() {
    return ("group by (pod) (istio_requests_total{reporter=\"destination\","
            + "destination_service_namespace=\"%s\",destination_service_name=\"%s\"})")
        .formatted(subject.namespace(), subject.service());
  }

  private Duration step() {
    Duration fewest = Duration.between(from, to).dividedBy(MOST_STEPS).plusSeconds(1);
    return fewest.compareTo(MINUTE) > 0 ? fewest : MINUTE;
  }

  /** Those pods that were scraped about then. */
  private Arms arms(List<Series> pods, Instant now) {
    List<String> candidate = new ArrayList<>();
    List<String> stable = new ArrayList<>();
    for (Series pod : pods) {
      List<Sample> seen = pod.samples();
      if (!name(pod).isEmpty()
          && !seen.isEmpty()
          && !now.isBefore(seen.getFirst().at().minus(step()))
          && !now.isAfter(seen.getLast().at().plus(step()))) {
        (name(pod).startsWith(subject.candidatePods()) ? candidate : stable).add(name(pod));
      }
    }
    return new Arms(
        subject.namespace(),
        subject.service(),
        subject.candidateRevision().orElse(subject.candidatePods()),
        subject.candidatePods(),
        candidate,
        stable);
  }

  private static String name(Series pod) {
    return pod.labels().getOrDefault("pod", "");
  }

  /** Keeps what the judge is shown. */
  private static final class Kept implements Recorder {
    private final List<RolloutRecord.Entry> entries = new ArrayList<>();
    private @Nullable Trial trial;

    @Override
    public void begin(Trial trial) {
      this.trial = trial;
      entries.clear();
    }

    @Override
    public void resume(Trial trial, byte[] judge) {
      throw new IllegalStateException("a past rollout is read from its beginning");
    }

    @Override
    public void add(Exhibit exhibit) {
      entries.add(new RolloutRecord.Shown(exhibit));
    }

    @Override
    public void verdict(ClosedWindow after, Verdict verdict, double logHarm) {
      entries.add(
          new RolloutRecord.Said(
              after.end(),
              verdict.getClass().getSimpleName(),
              verdict.evidence().metric(),
              verdict.evidence().reason(),
              logHarm));
    }

    Optional<RolloutRecord> rollout() {
      return entries.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new RolloutRecord(Objects.requireNonNull(trial), Optional.empty(), entries));
    }
  }

  /** A source that keeps quiet about pods of neither prefix. */
  private record NamedPods(MetricSource source, String candidate, String stable)
      implements MetricSource {
    @Override
    public Answer<List<Series>> samples(String selector, Instant end, Duration window) {
      return ours(source.samples(selector, end, window));
    }

    @Override
    public Answer<List<Sample>> instant(String query, Instant at) {
      return source.instant(query, at);
    }

    @Override
    public Answer<List<Series>> range(String query, Instant from, Instant to, Duration step) {
      return ours(source.range(query, from, to, step));
    }

    private Answer<List<Series>> ours(Answer<List<Series>> answer) {
      return answer instanceof Answer.Known<List<Series>>(var series)
          ? new Answer.Known<>(series.stream().filter(this::isOurs).toList())
          : answer;
    }

    /** The source of a request has a pod of its own, which is no arm's. */
    private boolean isOurs(Series series) {
      String pod = name(series);
      return pod.isEmpty()
          || series.labels().getOrDefault("reporter", "").equals("source")
          || pod.startsWith(candidate)
          || pod.startsWith(stable);
    }
  }
}
