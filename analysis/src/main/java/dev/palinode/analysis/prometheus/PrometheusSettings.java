package dev.palinode.analysis.prometheus;

import java.net.URI;
import java.time.Duration;

/**
 * Where Prometheus is and how long it may take.
 *
 * @param url up to and without {@code /api/v1}; holds no user and no password
 * @param deadline for one question, repeats included
 * @param maxBytes largest answer that is read
 * @param attempts how often a question is sent before it counts as failed
 * @param pause between two attempts
 * @param rest how long nothing is asked after several failures in a row
 */
public record PrometheusSettings(
    URI url,
    Duration deadline,
    long maxBytes,
    int attempts,
    Duration pause,
    Duration rest,
    Credential credential) {

  public PrometheusSettings {
    String scheme = url.getScheme();
    if (url.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
      throw new IllegalArgumentException("the Prometheus url must be http(s)://host[:port][/path]");
    }
    if (url.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "take user and password out of the Prometheus url and set them as its credential");
    }
    if (!deadline.isPositive() || maxBytes <= 0 || attempts < 1) {
      throw new IllegalArgumentException("deadline, size and attempts must be above zero");
    }
  }

  public static PrometheusSettings of(URI url) {
    return new PrometheusSettings(
        url,
        Duration.ofSeconds(10),
        64L << 20,
        2,
        Duration.ofMillis(200),
        Duration.ofSeconds(10),
        new Credential.Anonymous());
  }

  public PrometheusSettings with(Credential credential) {
    return new PrometheusSettings(url, deadline, maxBytes, attempts, pause, rest, credential);
  }

  URI query() {
    return api("query");
  }

  URI queryRange() {
    return api("query_range");
  }

  private URI api(String name) {
    String base = url.toString();
    return URI.create((base.endsWith("/") ? base : base + "/") + "api/v1/" + name);
  }
}
