package dev.palinode.analysis.providers;

import dev.palinode.analysis.http.Credential;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Optional;

/**
 * A credential and the one address that it is for. Whoever may write a template chooses where
 * questions go; what they carry must not go wherever they choose.
 *
 * @param only its scheme, host and port, and how its path begins
 */
public record Token(Credential credential, Optional<URI> only) {
  /** No question carries any. */
  public static final Token NONE = new Token(new Credential.Anonymous(), Optional.empty());

  void sign(HttpRequest.Builder request, URI url) {
    if (only.filter(address -> isWithin(address, url)).isPresent()) {
      credential.header().ifPresent(value -> request.header("Authorization", value));
    }
  }

  private static boolean isWithin(URI address, URI url) {
    URI plain = url.normalize();
    String folder = address.getRawPath() == null ? "" : address.getRawPath();
    String path = plain.getRawPath() == null ? "" : plain.getRawPath();
    return String.valueOf(address.getScheme()).equals(plain.getScheme())
        && String.valueOf(address.getRawAuthority()).equals(plain.getRawAuthority())
        && (path.equals(folder) || path.startsWith(folder.endsWith("/") ? folder : folder + "/"));
  }
}
