package dev.palinode.controller.app;

import dev.palinode.analysis.http.Credential;
import dev.palinode.analysis.prometheus.Dialect;
import dev.palinode.analysis.prometheus.PrometheusSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where measurements come from.
 *
 * @param url of the server; without it every gate says that metrics cannot be read
 * @param scrapeInterval how often it reads the pods
 * @param tokenFile holds a bearer token; read anew for each question
 * @param basicFile holds {@code user:password}; the password is read anew for each question
 * @param tenant value of the header {@code X-Scope-OrgID}
 * @param caFile certificates in PEM that the server's must be signed by
 * @param dialect who answers Prometheus's API there
 */
public record PrometheusAccess(
    @Nullable URI url,
    @DefaultValue("15s") Duration scrapeInterval,
    @Nullable Path tokenFile,
    @Nullable Path basicFile,
    @Nullable String tenant,
    @Nullable Path caFile,
    @DefaultValue("prometheus") Dialect dialect) {

  /** What can be wrong with the files is asked for by {@link Settings#problems}. */
  PrometheusSettings source(URI at) {
    return PrometheusSettings.of(at)
        .with(credential(), Optional.ofNullable(tenant), Optional.ofNullable(caFile))
        .with(dialect);
  }

  private Credential credential() {
    if (tokenFile != null) {
      return new Credential.Bearer(() -> text(tokenFile));
    }
    if (basicFile == null) {
      return new Credential.Anonymous();
    }
    String user = text(basicFile).split(":", 2)[0];
    return new Credential.Basic(
        user,
        () -> {
          String both = text(basicFile);
          return both.substring(both.indexOf(':') + 1).strip();
        });
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s cannot be read (%s)".formatted(file, e.getClass().getSimpleName()), e);
    }
  }

  void problems(List<String> found) {
    if (url != null) {
      urlProblem("prometheus.url", url).ifPresent(found::add);
    }
    if (tokenFile != null && basicFile != null) {
      found.add("palinode.prometheus: set token-file or basic-file, not both");
    }
    unreadable(found, "prometheus.token-file", tokenFile);
    unreadable(found, "prometheus.basic-file", basicFile);
    if (caFile != null) {
      PrometheusSettings.of(URI.create("https://prometheus"))
          .with(new Credential.Anonymous(), Optional.empty(), Optional.of(caFile))
          .problem()
          .ifPresent(p -> found.add("palinode.prometheus.ca-file: " + p));
    }
    if (basicFile != null && basicFile.toFile().canRead() && !text(basicFile).contains(":")) {
      found.add("palinode.prometheus.basic-file: write user:password into the file");
    }
  }

  static void unreadable(List<String> found, String name, @Nullable Path file) {
    if (file != null && !file.toFile().canRead()) {
      found.add("palinode.%s: cannot read %s; name an existing file".formatted(name, file));
    }
  }

  static Optional<String> urlProblem(String setting, URI url) {
    boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    if (!web || url.getHost() == null) {
      return Optional.of(
          "palinode.%s: is no web address; write it as http://host:9090".formatted(setting));
    }
    return url.getRawUserInfo() == null
        ? Optional.empty()
        : Optional.of(
            "palinode.%s: must hold no user or password; settings are printed".formatted(setting));
  }
}
