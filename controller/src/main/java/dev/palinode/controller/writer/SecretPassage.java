package dev.palinode.controller.writer;

import dev.palinode.crds.GitTargetSpec;
import dev.palinode.gitwriter.Passage;
import dev.palinode.gitwriter.keys.TlsKeys;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How a server is reached, as Secrets say it; also under the names that Flux gives the keys. */
final class SecretPassage {
  private static final List<String> AUTHORITIES = List.of("ca.crt", "caFile");
  private static final List<String> CERTIFICATE = List.of("tls.crt", "certFile");
  private static final List<String> KEY = List.of("tls.key", "keyFile");

  private SecretPassage() {}

  /** A way, or why there is none. */
  sealed interface Read {
    record Usable(Passage passage) implements Read {}

    record Wrong(String message) implements Read {}
  }

  /**
   * @param data of the Secret of credentialsRef
   * @param way what is known already
   */
  static Read tls(Map<String, String> data, String place, Passage way) {
    Optional<byte[]> authorities = first(data, AUTHORITIES);
    Optional<byte[]> certificate = first(data, CERTIFICATE);
    Optional<byte[]> key = first(data, KEY);
    if (authorities.isEmpty() && certificate.isEmpty() && key.isEmpty()) {
      return new Read.Usable(way);
    }
    return switch (TlsKeys.read(authorities, certificate, key)) {
      case TlsKeys.Read.Usable(var tls) -> new Read.Usable(way.with(tls));
      case TlsKeys.Read.Wrong(var piece, var problem) ->
          new Read.Wrong("key " + name(data, piece) + " of " + place + " " + problem);
    };
  }

  /** The name that is there, or else the usual one. */
  private static String name(Map<String, String> data, TlsKeys.Piece piece) {
    List<String> names =
        switch (piece) {
          case Authorities -> AUTHORITIES;
          case Certificate -> CERTIFICATE;
          case Key -> KEY;
        };
    return names.stream().filter(data::containsKey).findFirst().orElse(names.getFirst());
  }

  private static Optional<byte[]> first(Map<String, String> data, List<String> names) {
    return names.stream().flatMap(name -> SecretCredentials.bytes(data, name).stream()).findFirst();
  }

  /**
   * @param data of the Secret of proxy.secretRef; empty if there is none
   * @param place of that Secret, or of the proxy's url
   */
  static Read proxy(GitTargetSpec.Proxy proxy, Optional<Map<String, String>> data, String place) {
    Optional<String> username = data.flatMap(d -> SecretCredentials.text(d, "username"));
    Optional<String> password = data.flatMap(d -> SecretCredentials.text(d, "password"));
    if (data.isPresent() && (username.isEmpty() || password.isEmpty())) {
      return new Read.Wrong(
          place + " must hold username and password for the proxy: add what is missing");
    }
    URI url;
    try {
      url = URI.create(proxy.url());
    } catch (IllegalArgumentException e) {
      return new Read.Wrong("spec.proxy.url cannot be read: write it as http://HOST:PORT");
    }
    if (!"http".equals(url.getScheme()) || url.getHost() == null || url.getPort() < 1) {
      return new Read.Wrong("spec.proxy.url is no proxy: write it as http://HOST:PORT");
    }
    Optional<Passage.Login> login =
        username.flatMap(user -> password.map(word -> new Passage.Login(user, word)));
    return new Read.Usable(
        new Passage(
            Optional.empty(),
            Optional.of(new Passage.Proxy(url.getHost(), url.getPort(), login, place))));
  }
}
