package dev.palinode.gitwriter;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How we show who we are. It can be used and hidden, never shown. */
public final class Credentials {
  private static final Credentials NONE =
      new Credentials(null, null, null, null, null, Passage.USUAL, "", "no credentials");
  private static final Pattern USER_IN_URL = Pattern.compile("://[^/@\\s]*@");

  private final @Nullable String header;
  private final @Nullable String secret;
  private final @Nullable SshLogin ssh;
  private final @Nullable CommitSigner signer;
  private final @Nullable CommitVerifier verifier;
  private final Passage passage;
  private final String origin;
  private final String kind;

  private Credentials(
      @Nullable String header,
      @Nullable String secret,
      @Nullable SshLogin ssh,
      @Nullable CommitSigner signer,
      @Nullable CommitVerifier verifier,
      Passage passage,
      String origin,
      String kind) {
    this.header = header;
    this.secret = secret;
    this.ssh = ssh;
    this.signer = signer;
    this.verifier = verifier;
    this.passage = passage;
    this.origin = origin;
    this.kind = kind;
  }

  /**
   * What it takes to enter by ssh.
   *
   * @param knownHosts lines as in OpenSSH's file of that name; hosts that are not in it are not
   *     spoken to
   */
  public record SshLogin(KeyPair key, String knownHosts) {
    @Override
    public String toString() {
      return "SshLogin";
    }
  }

  /** For public and local repositories. */
  public static Credentials none() {
    return NONE;
  }

  /** Neither token nor password; a client certificate may stand in for them. */
  public static Credentials anonymous(String origin) {
    return new Credentials(null, null, null, null, null, Passage.USUAL, origin, "no login");
  }

  /**
   * An access token, sent as the password of a basic login: GitHub, GitLab, Gitea, Forgejo and
   * Bitbucket all take it so.
   *
   * @param origin what a person must fix when it is wrong, such as "key token of Secret a/b"
   */
  public static Credentials token(String token, String origin) {
    return http(basicHeader("x-access-token", token.strip()), token.strip(), origin, "token");
  }

  /** User and password. */
  public static Credentials basic(String username, String password, String origin) {
    return http(basicHeader(username, password), password, origin, "basic");
  }

  /** A token for servers that want {@code Authorization: Bearer}. */
  public static Credentials bearer(String token, String origin) {
    return http("Bearer " + token.strip(), token.strip(), origin, "bearer");
  }

  private static Credentials http(String header, String secret, String origin, String kind) {
    return new Credentials(header, secret, null, null, null, Passage.USUAL, origin, kind);
  }

  /** A private key, and the hosts that may be trusted with a login. */
  public static Credentials ssh(KeyPair key, String knownHosts, String origin) {
    return new Credentials(
        null, null, new SshLogin(key, knownHosts), null, null, Passage.USUAL, origin, "ssh");
  }

  /** The same login, and every commit signed. */
  public Credentials signing(CommitSigner with) {
    return new Credentials(header, secret, ssh, with, verifier, passage, origin, kind);
  }

  /** The same login, and only trusted good states gone back to. */
  public Credentials trusting(CommitVerifier only) {
    return new Credentials(header, secret, ssh, signer, only, passage, origin, kind);
  }

  /** The same login, by another way. */
  public Credentials via(Passage way) {
    return new Credentials(header, secret, ssh, signer, verifier, way, origin, kind);
  }

  private static String basicHeader(String user, String password) {
    byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(both);
  }

  /** The value of the Authorization header; only transports ask. */
  public Optional<String> authorization() {
    return Optional.ofNullable(header);
  }

  /** The ssh login; only transports ask. */
  public Optional<SshLogin> sshLogin() {
    return Optional.ofNullable(ssh);
  }

  /** Who signs our commits; empty if nobody has to. */
  public Optional<CommitSigner> signer() {
    return Optional.ofNullable(signer);
  }

  /** Whose commits may be gone back to; empty if everybody's. */
  public Optional<CommitVerifier> verifier() {
    return Optional.ofNullable(verifier);
  }

  /** How the server is reached; only transports ask. */
  public Passage passage() {
    return passage;
  }

  /** How a web API wants to be shown a token. */
  public enum Scheme {
    /** {@code Bearer TOKEN}. */
    BEARER,
    /** {@code token TOKEN}. */
    TOKEN,
    /** A basic login without a user. */
    PASSWORD
  }

  /**
   * The value of the Authorization header of a web API: a token in the API's own scheme, a bearer
   * token and a user with password as they are; only transports ask.
   */
  public Optional<String> authorization(Scheme scheme) {
    if (secret == null || kind.equals("basic") || kind.equals("bearer")) {
      return authorization();
    }
    return Optional.of(
        switch (scheme) {
          case BEARER -> "Bearer " + secret;
          case TOKEN -> "token " + secret;
          case PASSWORD -> basicHeader("", secret);
        });
  }

  /** What to fix when the server does not accept this. */
  public String origin() {
    return origin.isEmpty() ? "credentialsRef of the GitTarget (there is none)" : origin;
  }

  /** The text without any trace of the secret, for messages and logs. */
  public String scrub(String text) {
    String clean = USER_IN_URL.matcher(text).replaceAll("://");
    for (String trace : traces()) {
      clean = clean.replace(trace, "***");
    }
    return clean;
  }

  private List<String> traces() {
    List<String> all = new ArrayList<>(passage.traces());
    if (secret != null && !secret.isEmpty()) {
      all.add(secret);
      all.add(URLEncoder.encode(secret, StandardCharsets.UTF_8));
      all.add(Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8)));
      all.add(basicHeader("", secret).substring("Basic ".length()));
    }
    if (header != null) {
      all.add(header.substring(header.indexOf(' ') + 1));
    }
    return all;
  }

  @Override
  public String toString() {
    return "Credentials["
        + kind
        + (origin.isEmpty() ? "" : " from " + origin)
        + (passage.isUsual() ? "" : "; " + passage)
        + "]";
  }
}
