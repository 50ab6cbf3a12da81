package dev.palinode.gitwriter;

import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * How a server is reached, whoever we are there: whose certificates are believed, which one is
 * shown, through which proxy. It can be used and hidden, never shown. Two that were read from the
 * same texts are equal.
 *
 * @param tls empty: as the platform has it
 * @param proxy empty: as the platform has it
 */
public record Passage(Optional<Tls> tls, Optional<Proxy> proxy) {
  /** As the platform has it. */
  public static final Passage USUAL = new Passage(Optional.empty(), Optional.empty());

  /**
   * Certificates of a connection.
   *
   * @param context with own authorities, an own certificate, or both
   * @param mark tells whether two were read from the same texts; holds nothing of them
   * @param believesOwn true if only the given authorities are believed
   * @param showsOwn true if a certificate is shown to a server that asks for one
   */
  public record Tls(SSLContext context, String mark, boolean believesOwn, boolean showsOwn) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Tls tls && mark.equals(tls.mark);
    }

    @Override
    public int hashCode() {
      return mark.hashCode();
    }

    @Override
    public String toString() {
      List<String> parts = new ArrayList<>();
      if (believesOwn) {
        parts.add("own authorities");
      }
      if (showsOwn) {
        parts.add("a client certificate");
      }
      return String.join(", ", parts);
    }
  }

  /**
   * What stands between. It is spoken to in plain http; TLS to the server goes through it.
   *
   * @param login empty: it lets everybody through
   * @param origin what a person must fix when it does not let us through
   */
  public record Proxy(String host, int port, Optional<Login> login, String origin) {
    /** Not resolved before each use: the address of a proxy changes while we run. */
    public InetSocketAddress address() {
      return new InetSocketAddress(host, port);
    }

    public ProxySelector selector() {
      return ProxySelector.of(InetSocketAddress.createUnresolved(host, port));
    }

    @Override
    public String toString() {
      return "the proxy " + host + ":" + port;
    }
  }

  /** User and password for a proxy. */
  public record Login(String username, String password) {
    /** The value of the Proxy-Authorization header; only transports ask. */
    public String header() {
      return "Basic " + encoded();
    }

    private String encoded() {
      byte[] both = (username + ":" + password).getBytes(StandardCharsets.UTF_8);
      return Base64.getEncoder().encodeToString(both);
    }

    @Override
    public String toString() {
      return "Login";
    }
  }

  public Passage with(Tls own) {
    return new Passage(Optional.of(own), proxy);
  }

  /** True if nothing is asked for that the platform does not do by itself. */
  public boolean isUsual() {
    return tls.isEmpty() && proxy.isEmpty();
  }

  /** Texts that give the proxy's password away. */
  List<String> traces() {
    return proxy
        .flatMap(Proxy::login)
        .map(login -> List.of(login.password(), login.encoded()))
        .orElse(List.of());
  }

  /** For people: what is special, empty if nothing is. */
  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    tls.map(Tls::toString).filter(text -> !text.isEmpty()).ifPresent(parts::add);
    proxy.map(Proxy::toString).ifPresent(parts::add);
    return String.join(", ", parts);
  }
}
