package dev.palinode.gitwriter.forge;

import com.fasterxml.jackson.databind.JsonNode;
import dev.palinode.crds.GitTargetSpec;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Passage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges the service account token that Kubernetes projects into the pod for one that the git
 * server takes: by RFC 8693, or as a client assertion (RFC 7523), which is how workload identities
 * of Azure log in. Kept until shortly before its end; the file is read anew for each exchange.
 */
public final class OidcTokens implements IdentityTokens, AutoCloseable {
  private static final String ORIGIN = "oidc of the GitTarget";
  private static final String URN = "urn:ietf:params:oauth:";
  private static final Duration LONGEST_MARGIN = Duration.ofMinutes(5);

  /** Where an answer does not say how long its token lives. */
  private static final Duration UNTOLD = Duration.ofMinutes(1);

  private static final int MAX_BYTES = 1 << 20;

  private final Path root;
  private final InstantSource clock;
  private final Duration deadline;
  private final HttpClients clients;
  private final Map<Slot, Minted> minted = new ConcurrentHashMap<>();

  /** What came by another way may have come from somebody else. */
  private record Slot(GitTargetSpec.Oidc oidc, Passage passage) {}

  private record Minted(String token, Instant until) {}

  public OidcTokens(InstantSource clock) {
    this(Path.of("/"), clock, ForgeHttp.Timing.USUAL.deadline());
  }

  /**
   * @param root below which token files are
   */
  OidcTokens(Path root, InstantSource clock, Duration deadline) {
    this.root = root;
    this.clock = clock;
    this.deadline = deadline;
    this.clients = new HttpClients(deadline);
  }

  @Override
  public Answer<String> token(
      GitTargetSpec.Oidc oidc, Passage passage, Predicate<String> isRefused) {
    Slot slot = new Slot(oidc, passage);
    @Nullable Minted known = minted.get(slot);
    if (known != null
        && !isRefused.test(known.token())
        && clock.instant().isBefore(known.until())) {
      return Answer.done(known.token());
    }
    return exchange(oidc, passage)
        .map(fresh -> {
          minted.put(slot, fresh);
          return fresh.token();
        });
  }

  private Answer<Minted> exchange(GitTargetSpec.Oidc oidc, Passage passage) {
    String file = oidc.tokenFile();
    try {
      URI endpoint = URI.create(oidc.tokenUrl());
      if (!isSafe(endpoint)) {
        return new Answer.Refused<>(0, "oidc.tokenUrl must be an https url");
      }
      String own = Files.readString(root.resolve(file.substring(1))).strip();
      return own.isEmpty()
          ? new Answer.Refused<>(0, file + " is empty: see oidc.tokenFile")
          : send(oidc, endpoint, Credentials.bearer(own, ORIGIN).via(passage), own);
    } catch (IllegalArgumentException e) {
      return new Answer.Refused<>(0, "oidc.tokenUrl cannot be read");
    } catch (IOException e) {
      return new Answer.Refused<>(
          0,
          "%s cannot be read (%s): project a service account token there, with the audience that %s asks for"
              .formatted(file, e.getClass().getSimpleName(), oidc.tokenUrl()));
    }
  }

  /** A token of ours is not sent in the clear, but to this very machine. */
  private static boolean isSafe(URI endpoint) {
    String host = Optional.<String>ofNullable(endpoint.getHost()).orElse("");
    boolean isHere = host.equals("localhost") || isLoopback(host);
    return "https".equals(endpoint.getScheme()) && !host.isEmpty()
        || "http".equals(endpoint.getScheme()) && isHere;
  }

  private static boolean isLoopback(String host) {
    try {
      return host.matches("127(\\.\\d{1,3}){3}") && InetAddress.getByName(host).isLoopbackAddress();
    } catch (IOException e) {
      return false;
    }
  }

  private Answer<Minted> send(
      GitTargetSpec.Oidc oidc, URI endpoint, Credentials shown, String own) {
    String place = endpoint.getAuthority();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(endpoint)
            .header("Accept", "application/json")
            .header("User-Agent", "palinode")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form(oidc, own)));
    shown
        .passage()
        .proxy()
        .flatMap(Passage.Proxy::login)
        .ifPresent(login -> request.header("Proxy-Authorization", login.header()));
    var pending =
        clients
            .of(shown.passage())
            .sendAsync(
                request.build(), BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_BYTES));
    try {
      return heard(pending.get(deadline.toNanos(), TimeUnit.NANOSECONDS), place, shown);
    } catch (TimeoutException e) {
      pending.cancel(true);
      return new Answer.Unreachable<>(place + " gave no token in time");
    } catch (ExecutionException e) {
      return new Answer.Unreachable<>(
          "%s cannot be reached (%s)".formatted(place, Wire.reason(e, shown)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer.Unreachable<>("stopped while asking " + place);
    }
  }

  private static String form(GitTargetSpec.Oidc oidc, String own) {
    Map<String, String> fields = new LinkedHashMap<>();
    switch (oidc.flow()) {
      case TokenExchange -> {
        fields.put("grant_type", URN + "grant-type:token-exchange");
        fields.put("subject_token", own);
        fields.put("subject_token_type", URN + "token-type:jwt");
        fields.put("requested_token_type", URN + "token-type:access_token");
      }
      case ClientAssertion -> {
        fields.put("grant_type", "client_credentials");
        fields.put("client_assertion", own);
        fields.put("client_assertion_type", URN + "client-assertion-type:jwt-bearer");
      }
    }
    put(fields, "client_id", oidc.clientId());
    put(fields, "audience", oidc.audience());
    put(fields, "scope", oidc.scope());
    return fields.entrySet().stream()
        .map(field -> field.getKey() + "=" + Wire.encode(field.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static void put(Map<String, String> fields, String name, @Nullable String value) {
    if (value != null) {
      fields.put(name, value);
    }
  }

  private Answer<Minted> heard(HttpResponse<byte[]> response, String place, Credentials shown) {
    int status = response.statusCode();
    if (status >= 300 && status < 400) {
      return new Answer.Refused<>(
          status,
          place
              + " answers with a redirect, which is not followed because it could carry the token"
              + " away: correct oidc.tokenUrl");
    }
    byte[] body = Optional.<byte[]>ofNullable(response.body()).orElse(new byte[0]);
    return new Reply(status, response.headers(), body)
        .meaning(place, shown, clock.instant())
        .then(answer -> read(answer, place));
  }

  private Answer<Minted> read(JsonNode answer, String place) {
    Optional<String> token = Wire.text(answer.path("access_token"));
    if (token.isEmpty()) {
      return new Answer.Unreachable<>(
          place + " answers without an access_token: is oidc.tokenUrl its token endpoint?");
    }
    // Some write the number as a text.
    long seconds = answer.path("expires_in").asLong(UNTOLD.toSeconds());
    Duration life = Duration.ofSeconds(Math.clamp(seconds, 1, Duration.ofDays(1).toSeconds()));
    Duration fifth = life.dividedBy(5);
    Duration margin = fifth.compareTo(LONGEST_MARGIN) < 0 ? fifth : LONGEST_MARGIN;
    return Answer.done(new Minted(token.get(), clock.instant().plus(life).minus(margin)));
  }

  @Override
  public void close() {
    clients.close();
  }
}
