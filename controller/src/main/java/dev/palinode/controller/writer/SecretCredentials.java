package dev.palinode.controller.writer;

import dev.palinode.controller.kube.ApiFailure;
import dev.palinode.crds.GitTarget;
import dev.palinode.crds.GitTargetSpec;
import dev.palinode.crds.Observed;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.CredentialSource;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Passage;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.forge.Answer;
import dev.palinode.gitwriter.forge.AppTokens;
import dev.palinode.gitwriter.forge.GitHubApp;
import dev.palinode.gitwriter.forge.IdentityTokens;
import dev.palinode.gitwriter.keys.SigningKeys;
import dev.palinode.gitwriter.keys.SshKeys;
import dev.palinode.gitwriter.keys.TrustedKeys;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
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
  private final IdentityTokens identities;

  /** Takes ready tokens and passwords only. */
  public SecretCredentials(KubernetesClient home, List<String> namespaces) {
    this(home, namespaces, AppTokens.NONE, IdentityTokens.NONE);
  }

  /**
   * @param apps mints the tokens of Secrets that hold the key of a GitHub App
   * @param identities mints the tokens of GitTargets with oidc
   */
  public SecretCredentials(
      KubernetesClient home, List<String> namespaces, AppTokens apps, IdentityTokens identities) {
    this.home = home;
    this.targets = new GitTargets(home, namespaces);
    this.apps = apps;
    this.identities = identities;
  }

  GitTargets targets() {
    return targets;
  }

  /** What the Secret holds. */
  sealed interface Read {
    record Usable(Credentials credentials) implements Read {}

    /** A person must act. */
    record Wrong(BlockReason reason, String message) implements Read {}

    /** The API server could not be asked. */
    record Unreadable(String reason) implements Read {}
  }

  @Override
  public Observed<Credentials> forRepository(Repository repository) {
    return find(repository, _ -> false);
  }

  @Override
  public Observed<Credentials> renew(Repository repository, Credentials refused) {
    return find(
        repository,
        token ->
            Credentials.token(token, "").authorization().equals(refused.authorization())
                || Credentials.bearer(token, "").authorization().equals(refused.authorization()));
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

  /** The login, and who signs if the GitTarget asks for signatures. */
  Read read(GitTarget target) {
    return read(target, _ -> false);
  }

  private Read read(GitTarget target, Predicate<String> isRefused) {
    GitTargetSpec.Signing signing = target.getSpec().signing();
    return switch (login(target, isRefused)) {
      case Read.Usable(var login) ->
          verified(
              target, signing == null ? new Read.Usable(login) : signing(target, signing, login));
      case Read.Wrong wrong -> wrong;
      case Read.Unreadable unreadable -> unreadable;
    };
  }

  private Read verified(GitTarget target, Read read) {
    GitTargetSpec.Verification wanted = target.getSpec().verification();
    if (wanted == null || !(read instanceof Read.Usable(var login))) {
      return read;
    }
    return switch (wanted.mode()) {
      case LastGood ->
          secret(
              target,
              wanted.keysRef(),
              BlockReason.TrustedKeys,
              "allowed_signers, or public keys as NAME.pub or NAME.asc",
              (data, place) -> trusting(login, data, place));
    };
  }

  private static Read trusting(Credentials login, Map<String, String> data, String place) {
    Map<String, byte[]> texts = new HashMap<>();
    data.keySet().forEach(name -> bytes(data, name).ifPresent(text -> texts.put(name, text)));
    return switch (TrustedKeys.read(texts)) {
      case TrustedKeys.Read.Usable(var verifier) -> new Read.Usable(login.trusting(verifier));
      case TrustedKeys.Read.Wrong(var problem) ->
          new Read.Wrong(BlockReason.TrustedKeys, place + ": " + problem);
    };
  }

  private Read login(GitTarget target, Predicate<String> isRefused) {
    GitTargetSpec.Proxy proxy = target.getSpec().proxy();
    return switch (proxy == null ? new Read.Usable(Credentials.none()) : through(target, proxy)) {
      case Read.Usable(var way) -> login(target, way.passage(), isRefused);
      case Read.Wrong wrong -> wrong;
      case Read.Unreadable unreadable -> unreadable;
    };
  }

  /** No login yet, and the way through the proxy. */
  private Read through(GitTarget target, GitTargetSpec.Proxy proxy) {
    GitTargetSpec.SecretRef ref = proxy.secretRef();
    return ref == null
        ? way(
            SecretPassage.proxy(
                proxy, Optional.empty(), "spec.proxy.secretRef of the GitTarget (there is none)"))
        : secret(
            target,
            ref,
            BlockReason.Credentials,
            "the keys username and password of the proxy",
            (data, place) -> way(SecretPassage.proxy(proxy, Optional.of(data), place)));
  }

  private static Read way(SecretPassage.Read read) {
    return switch (read) {
      case SecretPassage.Read.Usable(var passage) ->
          new Read.Usable(Credentials.none().via(passage));
      case SecretPassage.Read.Wrong(var message) ->
          new Read.Wrong(BlockReason.Credentials, message);
    };
  }

  private Read login(GitTarget target, Passage proxy, Predicate<String> isRefused) {
    GitTargetSpec.SecretRef ref = target.getSpec().credentialsRef();
    GitTargetSpec.Oidc oidc = target.getSpec().oidc();
    if (ref == null) {
      return oidc == null
          ? new Read.Usable(Credentials.none().via(proxy))
          : exchanged(oidc, proxy, isRefused);
    }
    return secret(
        target,
        ref,
        BlockReason.Credentials,
        "the key token, or username and password, or ssh-privatekey and known_hosts",
        (data, place) ->
            switch (SecretPassage.tls(data, place, proxy)) {
              case SecretPassage.Read.Usable(var way) ->
                  oidc == null
                      ? login(data, place, target, way, isRefused)
                      : exchanged(oidc, way, isRefused);
              case SecretPassage.Read.Wrong(var message) ->
                  new Read.Wrong(BlockReason.Credentials, message);
            });
  }

  private Read signing(GitTarget target, GitTargetSpec.Signing signing, Credentials login) {
    String key = signing.format() + "-privatekey";
    return secret(
        target,
        signing.keyRef(),
        BlockReason.SigningKey,
        "the key " + key,
        (secret, place) -> {
          Optional<byte[]> bytes = bytes(secret, key);
          if (bytes.isEmpty()) {
            return wrongKey(place + " does not hold " + key + ", which signs commits; add it");
          }
          return switch (SigningKeys.read(
              signing.format(), bytes.get(), text(secret, "passphrase"))) {
            case SigningKeys.Read.Usable(var signer) -> new Read.Usable(login.signing(signer));
            case SigningKeys.Read.Wrong(var problem) ->
                wrongKey("key " + key + " of " + place + " " + problem);
          };
        });
  }

  private static Read wrongKey(String message) {
    return new Read.Wrong(BlockReason.SigningKey, message);
  }

  /** Makes something of a Secret's data. */
  private interface Reading {
    Read of(Map<String, String> data, String place);
  }

  private Read secret(
      GitTarget target,
      GitTargetSpec.SecretRef ref,
      BlockReason reason,
      String content,
      Reading reading) {
    String namespace = target.getMetadata().getNamespace();
    String place = "Secret " + namespace + "/" + ref.name();
    try {
      Secret secret = home.secrets().inNamespace(namespace).withName(ref.name()).get();
      return secret == null
          ? new Read.Wrong(reason, place + " does not exist; create it with " + content)
          : reading.of(Optional.ofNullable(secret.getData()).orElse(Map.of()), place);
    } catch (KubernetesClientException e) {
      return e.getCode() == 403
          ? new Read.Wrong(
              reason, place + " may not be read: grant get on it to the service account palinode")
          : new Read.Unreadable(place + " cannot be read: " + ApiFailure.reason(e));
    } catch (IllegalArgumentException e) {
      return new Read.Wrong(reason, place + " holds a value that is no base64; write it anew");
    }
  }

  private Read login(
      Map<String, String> data,
      String place,
      GitTarget target,
      Passage way,
      Predicate<String> isRefused) {
    return switch (login(data, place, target.getSpec(), way, isRefused)) {
      case Read.Usable(var login) -> new Read.Usable(login.via(way));
      case Read.Wrong wrong -> wrong;
      case Read.Unreadable unreadable -> unreadable;
    };
  }

  private Read login(
      Map<String, String> data,
      String place,
      GitTargetSpec target,
      Passage way,
      Predicate<String> isRefused) {
    Optional<byte[]> key = bytes(data, "ssh-privatekey").or(() -> bytes(data, "identity"));
    if (key.isPresent()) {
      return ssh(data, key.get(), place);
    }
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
    Optional<GitHubApp.Key> app = app(data, target);
    if (app.isPresent()) {
      return minted(app.get(), "key githubAppPrivateKey of " + place, target, way, isRefused);
    }
    // A public repository behind an own authority, or a client certificate that is the login.
    if (way.tls().isPresent() && username.isEmpty() && password.isEmpty()) {
      return new Read.Usable(Credentials.anonymous(place));
    }
    return new Read.Wrong(
        BlockReason.Credentials,
        place
            + " holds neither token, nor username and password, nor ssh-privatekey and known_hosts;"
            + " add them");
  }

  /** Also under the names that Flux gives these keys. */
  private static Read ssh(Map<String, String> data, byte[] key, String place) {
    Optional<String> hosts = text(data, "known_hosts");
    if (hosts.isEmpty()) {
      return new Read.Wrong(
          BlockReason.Credentials,
          place
              + " holds an ssh key and no known_hosts: add the host's line from ssh-keyscan,"
              + " once you have checked its fingerprint");
    }
    return switch (SshKeys.read(key, text(data, "passphrase").or(() -> text(data, "password")))) {
      case SshKeys.Read.Usable(var pair) ->
          new Read.Usable(Credentials.ssh(pair, hosts.get(), place));
      case SshKeys.Read.Wrong(var problem) ->
          new Read.Wrong(BlockReason.Credentials, "the ssh key of " + place + " " + problem);
    };
  }

  static Optional<byte[]> bytes(Map<String, String> data, String key) {
    return Optional.ofNullable(data.get(key))
        .map(Base64.getDecoder()::decode)
        .filter(v -> v.length > 0);
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

  private Read exchanged(GitTargetSpec.Oidc oidc, Passage way, Predicate<String> isRefused) {
    String origin = "oidc of the GitTarget";
    return minted(
        identities.token(oidc, way, isRefused),
        "There is no token for " + origin + ": ",
        token ->
            (switch (oidc.use()) {
                  case Bearer -> Credentials.bearer(token, origin);
                  case Token -> Credentials.token(token, origin);
                })
                .via(way));
  }

  private static Read minted(
      Answer<String> answer, String refusal, Function<String, Credentials> login) {
    return switch (answer) {
      case Answer.Done<String>(var token) -> new Read.Usable(login.apply(token));
      case Answer.Refused<String>(var _, var words) ->
          new Read.Wrong(BlockReason.Credentials, refusal + words);
      case Answer.Unauthorised<String>(var words) -> new Read.Wrong(BlockReason.Credentials, words);
      case Answer.RetryAfter<String>(var _, var words) -> new Read.Unreadable(words);
      case Answer.Unreachable<String>(var words) -> new Read.Unreadable(words);
    };
  }

  private Read minted(
      GitHubApp.Key key,
      String origin,
      GitTargetSpec target,
      Passage way,
      Predicate<String> isRefused) {
    Repository repository = new Repository(target.url(), target.branch());
    return minted(
        apps.token(key, repository, way, origin, isRefused),
        "GitHub gives no token for " + origin + ", is the App installed? It says: ",
        token -> Credentials.token(token, origin));
  }

  static Optional<String> text(Map<String, String> data, String key) {
    return bytes(data, key)
        .map(v -> new String(v, StandardCharsets.UTF_8).strip())
        .filter(v -> !v.isEmpty());
  }
}
