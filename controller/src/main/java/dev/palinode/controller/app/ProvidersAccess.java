package dev.palinode.controller.app;

import dev.palinode.analysis.http.Asker.Patience;
import dev.palinode.analysis.http.Credential;
import dev.palinode.analysis.providers.Token;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the providers that templates name are asked.
 *
 * @param timeout for one question
 * @param tokenFile holds a bearer token; read anew for each question
 * @param tokenUrl the one address that is sent the token
 */
public record ProvidersAccess(
    @DefaultValue("10s") Duration timeout, @Nullable Path tokenFile, @Nullable URI tokenUrl) {

  private static final long MOST_BYTES = 1L << 20;

  Patience patience() {
    return new Patience(timeout, MOST_BYTES, 2, Duration.ofMillis(200), Duration.ofSeconds(10));
  }

  Token token() {
    Path file = tokenFile;
    return file == null
        ? Token.NONE
        : new Token(
            new Credential.Bearer(() -> PrometheusAccess.text(file)),
            Optional.ofNullable(tokenUrl));
  }

  void problems(List<String> found) {
    if ((tokenFile == null) != (tokenUrl == null)) {
      found.add(
          "palinode.providers: set token-file and token-url together, so that the token goes to"
              + " nobody else");
    }
    PrometheusAccess.unreadable(found, "providers.token-file", tokenFile);
    if (tokenUrl != null) {
      PrometheusAccess.urlProblem("providers.token-url", tokenUrl).ifPresent(found::add);
    }
  }
}
