package dev.palinode.gitwriter.forge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.crds.GitTargetSpec;
import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Passage;
import dev.palinode.gitwriter.Repository;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of GitHub App installations, minted for one repository and kept until five minutes before
 * they expire (docs.github.com/apps, "Authenticating as a GitHub App installation").
 */
public final class GitHubApp implements AppTokens, AutoCloseable {
  private static final Duration MARGIN = Duration.ofMinutes(5);

  /**
   * The App's own key, as Flux's Secrets name its parts. Its text says nothing of the key.
   *
   * @param installation empty: the one of the repository is looked up
   * @param apiUrl null: github.com, or the repository's host
   */
  public record Key(
      String appId, Optional<String> installation, String privateKey, @Nullable String apiUrl) {
    @Override
    public String toString() {
      return "GitHub App " + appId;
    }
  }

  private record Slot(String api, String appId, String repository) {}

  private record Minted(String token, Instant until) {}

  private final InstantSource clock;
  private final ForgeHttp.Timing timing;
  private final HttpClients clients;
  private final Map<Slot, Minted> minted = new ConcurrentHashMap<>();

  public GitHubApp(InstantSource clock) {
    this(clock, ForgeHttp.Timing.USUAL);
  }

  GitHubApp(InstantSource clock, ForgeHttp.Timing timing) {
    this.clock = clock;
    this.timing = timing;
    this.clients = new HttpClients(timing.deadline());
  }

  /** One that is good for five minutes more. */
  @Override
  public Answer<String> token(
      Key key, Repository repository, Passage passage, String origin, Predicate<String> isRefused) {
    try {
      Place place = Place.of(GitTargetSpec.Provider.GITHUB, repository.url(), key.apiUrl());
      Slot slot = new Slot(place.api().toString(), key.appId(), repository.canonicalUrl());
      @Nullable Minted known = minted.get(slot);
      if (known != null && !isRefused.test(known.token()) && isFresh(known)) {
        return Answer.done(known.token());
      }
      return mint(key, repository, passage, place, origin)
          .map(fresh -> {
            minted.put(slot, fresh);
            return fresh.token();
          });
    } catch (Place.Odd e) {
      return new Answer.Refused<>(0, String.valueOf(e.getMessage()));
    }
  }

  private boolean isFresh(Minted known) {
    return known.until().minus(MARGIN).isAfter(clock.instant());
  }

  private Answer<Minted> mint(
      Key key, Repository repository, Passage passage, Place place, String origin) {
    Credentials self;
    try {
      self =
          Credentials.bearer(AppJwt.of(key.appId(), key.privateKey(), clock.instant()), origin)
              .via(passage);
    } catch (GeneralSecurityException e) {
      return new Answer.Unauthorised<>(
          origin + ": the App's private key cannot be read; put the PEM file as GitHub gave it");
    }
    ForgeHttp http =
        new ForgeHttp(
            place.api(),
            GitHub.MANNER,
            repository,
            _ -> Observed.known(self),
            timing,
            clients,
            clock,
            ForgeListener.SILENT);
    return installation(key, place, http)
        .then(id -> {
          ObjectNode only = Wire.object();
          only.set("repositories", Wire.array(List.of(place.name())));
          return http.post("/app/installations/" + id + "/access_tokens", only);
        })
        .then(GitHubApp::read);
  }

  private static Answer<String> installation(Key key, Place place, ForgeHttp http) {
    if (key.installation().isPresent()) {
      return Answer.done(Wire.encode(key.installation().get()));
    }
    String path =
        "/repos/%s/%s/installation"
            .formatted(Wire.encode(place.owner()), Wire.encode(place.name()));
    return http.get(path).map(found -> found.path("id").asText());
  }

  private static Answer<Minted> read(JsonNode answer) {
    try {
      return Answer.done(
          new Minted(
              answer.path("token").asText(), Instant.parse(answer.path("expires_at").asText())));
    } catch (DateTimeParseException e) {
      return new Answer.Unreachable<>("the answer to a token request holds no token");
    }
  }

  @Override
  public void close() {
    clients.close();
  }
}
