package dev.palinode.analysis;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the counters of all services at once. Rollouts judged side by side ask the same selectors
 * about the same aligned moments, each for its own service: the first to ask reads for all who
 * asked lately, and the others are given their part of that answer. So a store is asked one
 * question per selector and interval, however many rollouts there are.
 */
public final class SharedReads implements MetricSource {
  private static final String NAMESPACE = "destination_service_namespace";
  private static final String NAME = "destination_service_name";

  /** Who was silent for so long is not read for any more. */
  private static final Duration LATELY = Duration.ofMinutes(2);

  /** Who catches up asks for more of the past than anybody else needs, and asks alone. */
  private static final Duration AT_MOST = Duration.ofMinutes(2);

  /** Services in one question; its text and its answer stay small. */
  private static final int TOGETHER = 250;

  /** How long nothing is read together after that failed. */
  private static final Duration ALONE = Duration.ofMinutes(2);

  private final MetricSource source;
  private final Map<String, Desk> desks = new ConcurrentHashMap<>();

  public SharedReads(MetricSource source) {
    this.source = source;
  }

  private record Service(String namespace, String name) {
    static Service of(Map<String, String> labels) {
      return new Service(labels.getOrDefault(NAMESPACE, ""), labels.getOrDefault(NAME, ""));
    }
  }

  private record Shared(Instant end, Duration window, Map<Service, List<Series>> series) {
    boolean covers(Service service, Instant end, Duration window) {
      return this.end.equals(end)
          && this.window.compareTo(window) >= 0
          && series.containsKey(service);
    }
  }

  @Override
  public Answer<List<Series>> samples(String selector, Instant end, Duration window) {
    Selector asked = Selector.parse(selector);
    Optional<String> namespace = exact(asked, NAMESPACE);
    Optional<String> name = exact(asked, NAME);
    if (namespace.isEmpty() || name.isEmpty() || window.compareTo(AT_MOST) > 0) {
      return source.samples(selector, end, window);
    }
    Selector rest = asked.without(NAMESPACE).without(NAME);
    desks.values().removeIf(desk -> desk.asked.isBefore(end.minus(LATELY)));
    Service service = new Service(namespace.get(), name.get());
    return desks
        .computeIfAbsent(rest.toString(), _ -> new Desk(rest, end))
        .part(service, end, window)
        .<Answer<List<Series>>>map(Answer.Known::new)
        .orElseGet(() -> source.samples(selector, end, window));
  }

  private static Optional<String> exact(Selector selector, String label) {
    List<Selector.Matcher> on = selector.on(label);
    return on.size() == 1 && on.getFirst().operator().equals("=")
        ? Optional.of(on.getFirst().value())
        : Optional.empty();
  }

  @Override
  public Answer<List<Sample>> instant(String query, Instant at) {
    return source.instant(query, at);
  }

  @Override
  public Answer<List<Series>> range(String query, Instant from, Instant to, Duration step) {
    return source.range(query, from, to, step);
  }

  /** All who ask one selector; they wait for each other, so that nobody asks twice. */
  private final class Desk {
    private final Selector selector;
    private final Map<Service, Instant> lately = new HashMap<>();
    private Duration window = Duration.ZERO;
    private @Nullable Shared last;
    private Instant aloneUntil = Instant.MIN;
    private volatile Instant asked;

    Desk(Selector selector, Instant asked) {
      this.selector = selector;
      this.asked = asked;
    }

    /** The service's part of what is read for all; empty if it has to ask for itself. */
    synchronized Optional<List<Series>> part(Service service, Instant end, Duration wanted) {
      asked = end;
      lately.merge(service, end, (a, b) -> a.isAfter(b) ? a : b);
      lately.values().removeIf(at -> at.isBefore(end.minus(LATELY)));
      window = wanted.compareTo(window) > 0 ? wanted : window;
      if (last == null || !last.covers(service, end, wanted)) {
        boolean together =
            lately.size() > 1 && lately.size() <= TOGETHER && !end.isBefore(aloneUntil);
        if (!together || !readTogether(end)) {
          return Optional.empty();
        }
      }
      return Optional.of(cut(Objects.requireNonNull(last), service, end.minus(wanted)));
    }

    /** Perhaps it only failed since it was about too many: for a while each asks for itself. */
    private boolean readTogether(Instant end) {
      if (source.samples(joint(), end, window) instanceof Answer.Known(var series)) {
        last = shared(series, end);
        return true;
      }
      last = null;
      aloneUntil = end.plus(ALONE);
      return false;
    }

    private String joint() {
      return selector
          .and(NAMESPACE, "=~", anyOf(lately.keySet().stream().map(Service::namespace).toList()))
          .and(NAME, "=~", anyOf(lately.keySet().stream().map(Service::name).toList()))
          .toString();
    }

    private static String anyOf(List<String> names) {
      return names.stream()
          .distinct()
          .sorted()
          .map(SharedReads::escaped)
          .collect(Collectors.joining("|"));
    }

    private Shared shared(List<Series> series, Instant end) {
      Map<Service, List<Series>> parts = new HashMap<>();
      lately.keySet().forEach(service -> parts.put(service, new ArrayList<>()));
      for (Series each : series) {
        Optional.ofNullable(parts.get(Service.of(each.labels()))).ifPresent(p -> p.add(each));
      }
      return new Shared(end, window, parts);
    }
  }

  /** Names of Kubernetes have no other sign that a regular expression would take for its own. */
  private static String escaped(String name) {
    return Pattern.compile("[^A-Za-z0-9_-]").matcher(name).replaceAll("\\\\$0");
  }

  private static List<Series> cut(Shared shared, Service service, Instant after) {
    return shared.series().getOrDefault(service, List.of()).stream()
        .map(s -> s.within(after, shared.end()))
        .filter(s -> !s.isEmpty())
        .toList();
  }
}
