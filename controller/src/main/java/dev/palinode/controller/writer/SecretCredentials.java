package dev.palinode.controller.writer;

import dev.palinode.controller.kube.ApiFailure;
import dev.palinode.crds.GitTarget;
import dev.palinode.crds.GitTargetSpec;
import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.CredentialSource;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.forge.Answer;
import dev.palinode.gitwriter.forge.AppTokens;
import dev.palinode.gitwriter.forge.GitHubApp;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Credentials from the Secret beside a GitTarget, read anew each time so that rotation just works.
 * Their values never leave {@link Credentials}.
 */
public final class SecretCredentials implements CredentialSource {
  private final KubernetesClient home;
  private final GitTargets targets;
  private final AppTokens apps;

  /** Takes ready tokens and passwords only. */
  public SecretCredentials(KubernetesClient home, List<String> namespaces) {
    this(home, namespaces, AppTokens.NONE);
  }

  /**
   * @param apps mints the tokens of Secrets that hold the key of a GitHub App
   */
  public SecretCredentials(KubernetesClient home, List<String> namespaces, AppTokens apps) {
    this.home = home;
    this.targets = new GitTargets(home, namespaces);
    this.apps = apps;
  }

  GitTargets targets() {
    return targets;
  }

  /** What the Secret holds. */
  sealed interface Read {
    record Usable(Credentials credentials) implements Read {}

    /** A person must act. */
    record Wrong(String message) implements Read {}

    /** The API server could not be asked. */
    record Unreadable(String reason) implements Read {}
  }

  @Override
  public Observed<Credentials> forRepository(Repository repository) {
    return find(repository, _ -> false);
  }

  @Override
  public Observed<Credentials> renewed(Repository repository, Credentials refused) {
    return find(
        repository,
        token -> Credentials.token(token, "").authorization().equals(refused.authorization()));
  }

  private Observed<Credentials> find(Repository repository, Predicate<String> isRefused) {
    return switch (targets.of(repository)) {
      case Observed.Known<List<GitTarget>>(var found) ->
          found.isEmpty() ? Observed.missing() : observed(read(found.getFirst(), isRefused));
      case Observed.Missing<List<GitTarget>> _ -> Observed.missing();
      case Observed.Unreadable<List<GitTarget>>(var reason) -> Observed.unreadable(reason);
    };
  }

  private static Observed<Credentials> observed(Read read) {
    return switch (read) {
      case Read.Usable(var credentials) -> Observed.known(credentials);
      case Read.Wrong _ -> Observed.missing();
      case Read.Unreadable(var reason) -> Observed.unreadable(reason);
    };
  }

  Read read(GitTarget target) {
    return read(target, _ -> false);
  }

  private Read read(GitTarget target, Predicate<String> isRefused) {
    GitTargetSpec.SecretRef ref = target.getSpec().credentialsRef();
    if (ref == null) {
      return new Read.Usable(Credentials.none());
    }
    String namespace = target.getMetadata().getNamespace();
    String place = "Secret " + namespace + "/" + ref.name();
    try {
      Secret secret = home.secrets().inNamespace(namespace).withName(ref.name()).get();
      return secret == null
          ? new Read.Wrong(
              place + " does not exist; create it with the key token, or username and password")
          : of(Optional.ofNullable(secret.getData()).orElse(Map.of()), place, target, isRefused);
    } catch (KubernetesClientException e) {
      return e.getCode() == 403
          ? new Read.Wrong(
              place + " may not be read: grant get on it to the service account palinode")
          : new Read.Unreadable(place + " cannot be read: " + ApiFailure.reason(e));
    }
  }

  private Read of(
      Map<String, String> data, String place, GitTarget target, Predicate<String> isRefused) {
    try {
      Optional<String> token = text(data, "token");
      if (token.isPresent()) {
        return new Read.Usable(Credentials.token(token.get(), "key token of " + place));
      }
      Optional<String> username = text(data, "username");
      Optional<String> password = text(data, "password");
      if (username.isPresent() && password.isPresent()) {
        return new Read.Usable(
            Credentials.basic(
                username.get(), password.get(), "keys username and password of " + place));
      }
      Optional<GitHubApp.Key> app = app(data, target.getSpec());
      if (app.isPresent()) {
        return minted(app.get(), "key githubAppPrivateKey of " + place, target, isRefused);
      }
      return new Read.Wrong(place + " holds neither token nor username and password; add them");
    } catch (IllegalArgumentException e) {
      return new Read.Wrong(place + " holds a value that is no base64; write it anew");
    }
  }

  /** The names that Flux gives the parts of a GitHub App's key. */
  private static Optional<GitHubApp.Key> app(Map<String, String> data, GitTargetSpec target) {
    Optional<String> id = text(data, "githubAppID");
    Optional<String> key = text(data, "githubAppPrivateKey");
    GitTargetSpec.PullRequest requests = target.pullRequest();
    @Nullable String api =
        requests == null || requests.provider() != GitTargetSpec.Provider.GITHUB
            ? null
            : requests.apiUrl();
    return id.isEmpty() || key.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new GitHubApp.Key(
                id.get(),
                text(data, "githubAppInstallationID"),
                key.get(),
                text(data, "githubAppBaseURL").orElse(api)));
  }

  private Read minted(
      GitHubApp.Key key, String origin, GitTarget target, Predicate<String> isRefused) {
    GitTargetSpec spec = target.getSpec();
    Repository repository = new Repository(spec.url(), spec.branch());
    return switch (apps.token(key, repository, origin, isRefused)) {
      case Answer.Done<String>(var token) -> new Read.Usable(Credentials.token(token, origin));
      case Answer.Refused<String>(var _, var words) ->
          new Read.Wrong(
              "GitHub gives no token for " + origin + ", is the App installed? It says: " + words);
      case Answer.Unauthorised<String>(var words) -> new Read.Wrong(words);
      case Answer.RetryAfter<String>(var _, var words) -> new Read.Unreadable(words);
      case Answer.Unreachable<String>(var words) -> new Read.Unreadable(words);
    };
  }

  private static Optional<String> text(Map<String, String> data, String key) {
    return Optional.ofNullable(data.get(key))
        .map(v -> new String(Base64.getDecoder().decode(v), StandardCharsets.UTF_8).strip())
        .filter(v -> !v.isEmpty());
  }
}
