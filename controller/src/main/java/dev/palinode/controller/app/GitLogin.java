package dev.palinode.controller.app;

import dev.palinode.crds.GitTargetSpec.SigningFormat;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Passage;
import dev.palinode.gitwriter.keys.SigningKeys;
import dev.palinode.gitwriter.keys.SshKeys;
import dev.palinode.gitwriter.keys.TlsKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a person at a terminal shows a git server who they are: by files or environment only. */
final class GitLogin {
  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "an access token; else PALINODE_GIT_TOKEN, or PALINODE_GIT_USERNAME and _PASSWORD")
  private @Nullable Path tokenFile;

  @Option(names = "--ssh-key", paramLabel = "FILE", description = "private key for ssh:// urls")
  private @Nullable Path sshKey;

  @Option(
      names = "--known-hosts",
      paramLabel = "FILE",
      description = "host keys that ssh may trust; without it no host is")
  private @Nullable Path knownHosts;

  @Option(
      names = "--signing-key",
      paramLabel = "FILE",
      description =
          "private key that signs the commit; a passphrase comes from PALINODE_SIGNING_PASSPHRASE")
  private @Nullable Path signingKey;

  @Option(
      names = "--signing-format",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES}; default: ssh")
  private SigningFormat signingFormat = SigningFormat.ssh;

  @Option(
      names = "--ca-file",
      paramLabel = "FILE",
      description = "certificates in PEM that are believed instead of the platform's")
  private @Nullable Path authorities;

  @Option(
      names = "--client-cert",
      paramLabel = "FILE",
      description = "certificate in PEM for servers that ask for one; needs --client-key")
  private @Nullable Path certificate;

  @Option(names = "--client-key", paramLabel = "FILE", description = "its private key in PEM")
  private @Nullable Path certificateKey;

  @Option(
      names = "--proxy",
      paramLabel = "http://HOST:PORT",
      description =
          "for http and https urls; a login comes from PALINODE_PROXY_USERNAME and _PASSWORD")
  private @Nullable URI proxy;

  /** What can be used, or a sentence on what is wrong. */
  sealed interface Read {
    record Usable(Credentials credentials) implements Read {}

    record Wrong(String problem) implements Read {}
  }

  /** A directory by its whole name, a url as it is. */
  static String url(String repository) {
    boolean isUrl = repository.contains("://") || !Files.isDirectory(Path.of(repository));
    return isUrl ? repository : Path.of(repository).toAbsolutePath().normalize().toString();
  }

  /** What a command kept while it ran. */
  static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException | UncheckedIOException e) {
      // Somebody else was faster, or it stays in the folder for what is temporary.
    }
  }

  boolean isSigning() {
    return signingKey != null;
  }

  Read read(Map<String, String> environment) {
    try {
      return switch (login(environment)) {
        case Read.Wrong wrong -> wrong;
        case Read.Usable(var credentials) ->
            switch (way(credentials, environment)) {
              case Read.Wrong wrong -> wrong;
              case Read.Usable(var all) -> signing(all, environment);
            };
      };
    } catch (IOException e) {
      return new Read.Wrong("cannot read " + e.getMessage());
    }
  }

  private Read login(Map<String, String> environment) throws IOException {
    if (sshKey != null) {
      byte[] key = Files.readAllBytes(sshKey);
      String hosts = knownHosts == null ? "" : Files.readString(knownHosts);
      Optional<String> passphrase = Optional.ofNullable(environment.get("PALINODE_SSH_PASSPHRASE"));
      return switch (SshKeys.read(key, passphrase)) {
        case SshKeys.Read.Usable(var pair) ->
            new Read.Usable(Credentials.ssh(pair, hosts, "--ssh-key and --known-hosts"));
        case SshKeys.Read.Wrong(var problem) -> new Read.Wrong(sshKey + " " + problem);
      };
    }
    if (tokenFile != null) {
      String token = Files.readString(tokenFile).strip();
      return token.isEmpty()
          ? new Read.Wrong(tokenFile + " is empty")
          : new Read.Usable(Credentials.token(token, tokenFile.toString()));
    }
    String token = environment.getOrDefault("PALINODE_GIT_TOKEN", "");
    String user = environment.getOrDefault("PALINODE_GIT_USERNAME", "");
    String password = environment.getOrDefault("PALINODE_GIT_PASSWORD", "");
    if (!token.isBlank()) {
      return new Read.Usable(Credentials.token(token, "PALINODE_GIT_TOKEN"));
    }
    return new Read.Usable(
        user.isEmpty()
            ? Credentials.none()
            : Credentials.basic(user, password, "PALINODE_GIT_USERNAME and PALINODE_GIT_PASSWORD"));
  }

  private Read way(Credentials login, Map<String, String> environment) throws IOException {
    Optional<Passage.Proxy> through = Optional.empty();
    if (proxy != null) {
      boolean isPlain = proxy.toString().matches("http://[^/@:?#]+:\\d{1,5}/?");
      if (!isPlain || proxy.getHost() == null) {
        return new Read.Wrong("--proxy must be http://HOST:PORT, without user and password");
      }
      String user = environment.getOrDefault("PALINODE_PROXY_USERNAME", "");
      String password = environment.getOrDefault("PALINODE_PROXY_PASSWORD", "");
      through =
          Optional.of(
              new Passage.Proxy(
                  proxy.getHost(),
                  proxy.getPort(),
                  user.isEmpty()
                      ? Optional.empty()
                      : Optional.of(new Passage.Login(user, password)),
                  "PALINODE_PROXY_USERNAME and PALINODE_PROXY_PASSWORD"));
    }
    Passage way = new Passage(Optional.empty(), through);
    if (authorities == null && certificate == null && certificateKey == null) {
      return new Read.Usable(login.via(way));
    }
    return switch (TlsKeys.read(bytes(authorities), bytes(certificate), bytes(certificateKey))) {
      case TlsKeys.Read.Usable(var tls) -> new Read.Usable(login.via(way.with(tls)));
      case TlsKeys.Read.Wrong(var piece, var problem) ->
          new Read.Wrong(name(piece) + " " + problem);
    };
  }

  private static Optional<byte[]> bytes(@Nullable Path file) throws IOException {
    return file == null ? Optional.empty() : Optional.of(Files.readAllBytes(file));
  }

  private static String name(TlsKeys.Piece piece) {
    return switch (piece) {
      case Authorities -> "--ca-file";
      case Certificate -> "--client-cert";
      case Key -> "--client-key";
    };
  }

  private Read signing(Credentials login, Map<String, String> environment) throws IOException {
    if (signingKey == null) {
      return new Read.Usable(login);
    }
    Optional<String> passphrase =
        Optional.ofNullable(environment.get("PALINODE_SIGNING_PASSPHRASE"));
    return switch (SigningKeys.read(signingFormat, Files.readAllBytes(signingKey), passphrase)) {
      case SigningKeys.Read.Usable(var signer) -> new Read.Usable(login.signing(signer));
      case SigningKeys.Read.Wrong(var problem) -> new Read.Wrong(signingKey + " " + problem);
    };
  }
}
