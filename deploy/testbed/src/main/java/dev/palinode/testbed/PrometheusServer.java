package dev.palinode.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A real Prometheus on a port of its own, with the targets that tests give it. */
public final class PrometheusServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final int port = Ports.free();
  private final Map<String, String> jobs = new TreeMap<>();
  private Child child;

  private PrometheusServer(Path folder) {
    this.folder = folder;
    writeConfig();
    child = launch();
  }

  static PrometheusServer start(Path folder) {
    return new PrometheusServer(folder);
  }

  /** One series of an instant query's answer. */
  public record Sample(Map<String, String> labels, double value) {}

  public URI uri() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /**
   * Scrapes {@code /metrics} of the targets, like {@code 127.0.0.1:9090}, from now on; the first
   * time within six seconds.
   */
  public synchronized void scrape(String job, Duration interval, List<String> targets) {
    String quoted = targets.stream().collect(Collectors.joining("\", \"", "\"", "\""));
    jobs.put(
        job,
        """
        - job_name: %s
          scrape_interval: %dms
          scrape_timeout: %dms
          static_configs: [{targets: [%s]}]
        """
            .formatted(job, interval.toMillis(), interval.toMillis(), quoted));
    reload();
  }

  public synchronized void stopScraping(String job) {
    jobs.remove(job);
    reload();
  }

  /** Ends the server: connections are refused until {@link #up}. What it stored stays. */
  public synchronized void down() {
    child.stop();
  }

  /** Starts it again, same port, same data. */
  public synchronized void up() {
    if (!child.isAlive()) {
      child = launch();
    }
  }

  /** The answer of an instant query. */
  public List<Sample> query(String promql) {
    String query = URLEncoder.encode(promql, StandardCharsets.UTF_8);
    var request = HttpRequest.newBuilder(uri().resolve("/api/v1/query?query=" + query)).build();
    try {
      var samples = new ArrayList<Sample>();
      for (JsonNode series : JSON.readTree(Http.send(request)).at("/data/result")) {
        var labels = new TreeMap<String, String>();
        series
            .path("metric")
            .properties()
            .forEach(e -> labels.put(e.getKey(), e.getValue().asText()));
        samples.add(new Sample(labels, number(series.path("value").path(1).asText())));
      }
      return samples;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    child.kill();
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  private Child launch() {
    return Child.start(
            "prometheus",
            folder,
            Map.of(),
            List.of(
                "--config.file=" + folder.resolve("prometheus.yaml"),
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port,
                "--web.enable-lifecycle",
                "--enable-feature=native-histograms",
                "--log.level=warn"))
        .awaitReady(() -> Http.answers(uri().resolve("/-/ready")));
  }

  private void reload() {
    writeConfig();
    if (!child.isAlive()) {
      return;
    }
    var request =
        HttpRequest.newBuilder(uri().resolve("/-/reload")).POST(BodyPublishers.noBody()).build();
    try {
      Http.send(request);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeConfig() {
    try {
      Files.createDirectories(folder);
      Files.writeString(
          folder.resolve("prometheus.yaml"),
          "global: {scrape_interval: 1s}\nscrape_configs:\n" + String.join("", jobs.values()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
