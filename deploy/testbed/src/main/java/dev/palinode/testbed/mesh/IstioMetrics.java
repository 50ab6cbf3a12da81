package dev.palinode.testbed.mesh;

import dev.palinode.testbed.mesh.Answer.Hit;
import dev.palinode.testbed.mesh.MeshConfig.Name;
import dev.palinode.testbed.mesh.Routing.Endpoint;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Istio's standard metrics of the client ({@code reporter="source"}) and of the pods ({@code
 * reporter="destination"}, with the label {@code pod} a scrape of each pod would add).
 *
 * <p>As Istio's stats filter does, a request that reached no pod has an unknown workload and the
 * revision {@code latest}; without a cluster (NC, NR) a gateway does not even know the service.
 */
final class IstioMetrics {
  private static final double[] BOUNDS = {
    0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000,
    600_000, 1_800_000, 3_600_000
  };
  private static final String UNKNOWN = "unknown";

  private record Labels(
      String reporter,
      String workload,
      String workloadNamespace,
      String service,
      String serviceName,
      String serviceNamespace,
      String revision,
      int code,
      String flags,
      String pod) {}

  private static final class Series {
    private final Name pod;
    private final String labels;
    private final long[] buckets = new long[BOUNDS.length + 1];
    private long count;
    private double sum;

    Series(Name pod, String labels) {
      this.pod = pod;
      this.labels = labels;
    }

    void add(double millis) {
      int found = Arrays.binarySearch(BOUNDS, millis);
      buckets[found >= 0 ? found : -found - 1]++;
      count++;
      sum += millis;
    }
  }

  private static final Name NO_POD = new Name("", "");

  private final Client client;
  private final Map<Labels, Series> series = new HashMap<>();

  IstioMetrics(Client client) {
    this.client = client;
  }

  synchronized void count(Answer answer) {
    Request request = answer.request();
    add(NO_POD, source(answer, answer.service(), answer.endpoint()), request.duration());
    for (Hit hit : answer.hits()) {
      add(hit.endpoint().pod(), destination(answer, hit), hit.duration());
    }
  }

  private Labels source(Answer answer, Optional<Name> service, Optional<Endpoint> endpoint) {
    Request request = answer.request();
    String fallback = client.hostHeaderFallback() ? request.host() : UNKNOWN;
    return new Labels(
        "source",
        endpoint.map(Endpoint::workload).orElse(UNKNOWN),
        endpoint.map(e -> e.pod().namespace()).orElse(UNKNOWN),
        service.map(s -> Hosts.fqdn(s.name(), s.namespace())).orElse(fallback),
        service.map(Name::name).orElse(fallback),
        service.map(Name::namespace).orElse(UNKNOWN),
        endpoint.map(Endpoint::canonicalRevision).orElse("latest"),
        request.code(),
        request.flags(),
        "");
  }

  private static Labels destination(Answer answer, Hit hit) {
    Endpoint endpoint = hit.endpoint();
    Name service = answer.service().orElse(NO_POD);
    return new Labels(
        "destination",
        endpoint.workload(),
        endpoint.pod().namespace(),
        Hosts.fqdn(service.name(), service.namespace()),
        service.name(),
        service.namespace(),
        endpoint.canonicalRevision(),
        hit.code(),
        "-",
        endpoint.pod().name());
  }

  private void add(Name pod, Labels labels, Duration duration) {
    series
        .computeIfAbsent(labels, l -> new Series(pod, text(l)))
        .add(duration.toNanos() / 1_000_000.0);
  }

  private String text(Labels labels) {
    StringBuilder text = new StringBuilder();
    label(text, "reporter", labels.reporter());
    label(text, "source_workload", client.workload());
    label(text, "source_workload_namespace", client.namespace());
    label(text, "destination_workload", labels.workload());
    label(text, "destination_workload_namespace", labels.workloadNamespace());
    label(text, "destination_service", labels.service());
    label(text, "destination_service_name", labels.serviceName());
    label(text, "destination_service_namespace", labels.serviceNamespace());
    label(text, "destination_canonical_revision", labels.revision());
    label(text, "response_code", Integer.toString(labels.code()));
    label(text, "response_flags", labels.flags());
    label(text, "request_protocol", "http");
    if (!labels.pod().isEmpty()) {
      label(text, "pod", labels.pod());
    }
    return text.substring(1);
  }

  private static void label(StringBuilder text, String name, String value) {
    String escaped = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    text.append(',').append(name).append("=\"").append(escaped).append('"');
  }

  /** What Prometheus scrapes; a pod that is gone takes its series with it. */
  synchronized String scrape(Set<Name> livePods) {
    series.values().removeIf(s -> !s.pod.equals(NO_POD) && !livePods.contains(s.pod));
    StringBuilder text = new StringBuilder(4_096 + series.size() * 8_192);
    text.append("# TYPE istio_requests_total counter\n");
    for (Series one : series.values()) {
      line(text, "istio_requests_total", one.labels, one.count);
    }
    text.append("# TYPE istio_request_duration_milliseconds histogram\n");
    for (Series one : series.values()) {
      histogram(text, one);
    }
    return text.toString();
  }

  private static void histogram(StringBuilder text, Series one) {
    String name = "istio_request_duration_milliseconds";
    long cumulative = 0;
    for (int i = 0; i < BOUNDS.length; i++) {
      cumulative += one.buckets[i];
      line(text, name + "_bucket", one.labels + ",le=\"" + bound(BOUNDS[i]) + "\"", cumulative);
    }
    line(text, name + "_bucket", one.labels + ",le=\"+Inf\"", one.count);
    text.append(name).append("_sum{").append(one.labels).append("} ");
    text.append(String.format(Locale.ROOT, "%.3f", one.sum)).append('\n');
    line(text, name + "_count", one.labels, one.count);
  }

  private static String bound(double bound) {
    return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
  }

  private static void line(StringBuilder text, String name, String labels, long value) {
    text.append(name).append('{').append(labels).append("} ").append(value).append('\n');
  }
}
