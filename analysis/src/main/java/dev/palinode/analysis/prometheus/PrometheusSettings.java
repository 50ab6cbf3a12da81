package dev.palinode.analysis.prometheus;

import dev.palinode.analysis.http.Asker.Patience;
import dev.palinode.analysis.http.Credential;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where Prometheus is and how long it may take.
 *
 * @param url up to and without {@code /api/v1}; holds no user and no password
 * @param deadline for one question, repeats included
 * @param maxBytes largest answer that is read
 * @param attempts how often a question is sent before it counts as failed
 * @param pause between two attempts
 * @param rest how long nothing is asked after several failures in a row
 * @param tenant whose metrics are asked for, where a store keeps those of several (the header
 *     {@code X-Scope-OrgID} of Mimir, Cortex and Thanos)
 * @param authority certificates in PEM that the server's must be signed by; the platform's own
 *     without it
 * @param dialect whose implementation of the API it is
 */
public record PrometheusSettings(
    URI url,
    Duration deadline,
    long maxBytes,
    int attempts,
    Duration pause,
    Duration rest,
    Credential credential,
    Optional<String> tenant,
    Optional<Path> authority,
    Dialect dialect) {

  public PrometheusSettings {
    String scheme = url.getScheme();
    if (url.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
      throw new IllegalArgumentException("the Prometheus url must be http(s)://host[:port][/path]");
    }
    if (url.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "take user and password out of the Prometheus url and set them as its credential");
    }
    var _ = new Patience(deadline, maxBytes, attempts, pause, rest);
  }

  /** Prometheus itself, one tenant, and the platform's own authorities. */
  public PrometheusSettings(
      URI url,
      Duration deadline,
      long maxBytes,
      int attempts,
      Duration pause,
      Duration rest,
      Credential credential) {
    this(
        url,
        deadline,
        maxBytes,
        attempts,
        pause,
        rest,
        credential,
        Optional.empty(),
        Optional.empty(),
        Dialect.PROMETHEUS);
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

  public PrometheusSettings with(
      Credential credential, Optional<String> tenant, Optional<Path> authority) {
    return new PrometheusSettings(
        url, deadline, maxBytes, attempts, pause, rest, credential, tenant, authority, dialect);
  }

  public PrometheusSettings with(Dialect dialect) {
    return new PrometheusSettings(
        url, deadline, maxBytes, attempts, pause, rest, credential, tenant, authority, dialect);
  }

  Patience patience() {
    return new Patience(deadline, maxBytes, attempts, pause, rest);
  }

  /** Why the authority's file cannot be used, if so. */
  public Optional<String> problem() {
    try {
      authority.ifPresent(CertificateFile::trusting);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.ofNullable(e.getMessage());
    }
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
