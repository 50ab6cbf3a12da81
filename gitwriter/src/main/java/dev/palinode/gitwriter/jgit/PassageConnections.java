package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.Passage;
import java.io.IOException;
import java.net.Authenticator;
import java.net.HttpURLConnection;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.security.SecureRandom;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.eclipse.jgit.transport.http.JDKHttpConnection;
import org.jspecify.annotations.Nullable;

/**
 * JGit's HTTP connections with the certificates and the proxy of one operation. JGit itself knows
 * only those of the whole process.
 */
final class PassageConnections implements HttpConnectionFactory {
  private final Passage passage;
  private final @Nullable Authenticator proxyLogin;

  PassageConnections(Passage passage) {
    this.passage = passage;
    this.proxyLogin =
        passage.proxy().flatMap(Passage.Proxy::login).map(ProxyLogin::new).orElse(null);
  }

  @Override
  public HttpConnection create(URL url) throws IOException {
    return create(url, Proxy.NO_PROXY);
  }

  /**
   * @param usual the platform's proxy, if any
   */
  @Override
  public HttpConnection create(URL url, @Nullable Proxy usual) throws IOException {
    Proxy through =
        passage
            .proxy()
            .map(proxy -> new Proxy(Proxy.Type.HTTP, proxy.address()))
            .orElse(usual == null ? Proxy.NO_PROXY : usual);
    URLConnection opened = url.openConnection(through);
    if (opened instanceof HttpsURLConnection https) {
      passage.tls().ifPresent(tls -> https.setSSLSocketFactory(tls.context().getSocketFactory()));
    }
    if (proxyLogin != null && opened instanceof HttpURLConnection http) {
      http.setAuthenticator(proxyLogin);
    }
    return new Prepared(url, opened);
  }

  /** Answers proxies only: what a server asks for is in the header that the transport sends. */
  private static final class ProxyLogin extends Authenticator {
    private final Passage.Login login;

    ProxyLogin(Passage.Login login) {
      this.login = login;
    }

    @Override
    protected @Nullable PasswordAuthentication getPasswordAuthentication() {
      return getRequestorType() == RequestorType.PROXY
          ? new PasswordAuthentication(login.username(), login.password().toCharArray())
          : null;
    }
  }

  /** A connection that was set up before JGit sees it, and whose trust JGit cannot change. */
  private static final class Prepared extends JDKHttpConnection {
    Prepared(URL url, URLConnection opened) throws IOException {
      super(URL.of(URI.create(url.toExternalForm()), new Ready(opened)));
    }

    @Override
    public void setHostnameVerifier(@Nullable HostnameVerifier verifier) {
      throw new IllegalStateException("names of servers are always checked");
    }

    @Override
    public void configure(
        KeyManager @Nullable [] keys,
        TrustManager @Nullable [] trust,
        @Nullable SecureRandom random) {
      throw new IllegalStateException("certificates of servers are always checked");
    }
  }

  /** Opens what is open. */
  private static final class Ready extends URLStreamHandler {
    private final URLConnection opened;

    Ready(URLConnection opened) {
      this.opened = opened;
    }

    @Override
    protected URLConnection openConnection(URL url) {
      return opened;
    }
  }
}
