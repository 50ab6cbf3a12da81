package dev.palinode.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A branch and the grants on it. Without a grant nothing may be written.
 *
 * @param url of the repository, without credentials
 * @param branch short name of the one branch that may be written
 * @param credentialsRef a Secret beside the GitTarget: {@code token}, or {@code username} and
 *     {@code password}; for ssh {@code ssh-privatekey} and {@code known_hosts}; for TLS {@code
 *     ca.crt}, {@code tls.crt} and {@code tls.key}
 * @param grants who may ask for what; empty: nothing is allowed
 * @param author of every commit of ours
 * @param signing how every commit of ours is signed; absent: not at all
 * @param budget how often the branch may be pushed to
 * @param maxAge how long ago a last good state may have been replaced and still be gone back to
 * @param pullRequest how a revert is proposed where the branch takes no direct commits; absent:
 *     never
 * @param proxy through which the repository's host and its API are reached; absent: as the platform
 *     has it
 * @param message what our commits say beside what happened
 * @param verification whose signature a last good commit must bear to be gone back to; absent:
 *     nobody's
 * @param provider whose API the repository's host speaks, for marks on failed commits where there
 *     is no pullRequest to say it; absent and without pullRequest: nothing is marked
 * @param oidc a login without a Secret: a token of the writer's pod is exchanged for it; a Secret
 *     of credentialsRef then only says how the server is reached
 */
@ValidationRule(value = GitRules.WEB_ONLY_CEL, message = GitRules.WEB_ONLY)
@ValidationRule(value = GitRules.ONE_HOST_CEL, message = GitRules.ONE_HOST)
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GitTargetSpec(
    @ValidationRule(value = GitRules.NO_CREDENTIALS_CEL, message = GitRules.NO_CREDENTIALS)
        @Required
        @Size(min = 1, max = 2048)
        String url,
    @Required @Size(min = 1, max = 255) String branch,
    @Nullable SecretRef credentialsRef,
    @Size(max = 100) List<Grant> grants,
    Author author,
    @Nullable Signing signing,
    Budget budget,
    @Default("720h") Span maxAge,
    @Nullable PullRequest pullRequest,
    @Nullable Proxy proxy,
    @Nullable Message message,
    @Nullable Verification verification,
    @Nullable Provider provider,
    @Nullable Oidc oidc) {

  /** A Secret in the GitTarget's namespace. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record SecretRef(@Required @Size(min = 1, max = 253) String name) {}

  /**
   * Who may ask for what.
   *
   * @param cluster the name a controller gives itself; absent means any
   * @param namespaces whose Reverts are heard
   * @param paths folders, with a final slash, below which files may change
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Grant(
      @Size(min = 1, max = 253) @Nullable String cluster,
      @Required @Size(min = 1, max = 50) List<@Size(min = 1, max = 63) String> namespaces,
      @ValidationRule(value = GitRules.FOLDERS_CEL, message = GitRules.FOLDERS)
          @Required
          @Size(min = 1, max = 50)
          List<@Size(min = 1, max = 512) String> paths) {
    public Grant {
      namespaces = List.copyOf(namespaces);
      paths = List.copyOf(paths);
    }
  }

  /** Author and committer of every commit of ours. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Author(
      @Size(min = 1, max = 253) @Default("Palinode") String name,
      @Size(min = 1, max = 253) @Default("palinode@localhost") String email) {
    public Author {
      name = name == null ? "Palinode" : name;
      email = email == null ? "palinode@localhost" : email;
    }
  }

  /**
   * How every commit of ours is signed. Without a usable key nothing is pushed.
   *
   * @param keyRef a Secret beside the GitTarget: {@code ssh-privatekey} or {@code gpg-privatekey},
   *     and {@code passphrase} if the key has one
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Signing(@Required SigningFormat format, @Required SecretRef keyRef) {}

  /** Which of git's signature formats. */
  public enum SigningFormat {
    ssh,
    gpg
  }

  /** How often a branch may be pushed to. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Budget(@Min(1) @Default("6") Integer pushesPerMinute) {
    public Budget {
      pushesPerMinute = pushesPerMinute == null ? 6 : pushesPerMinute;
    }
  }

  /**
   * How a revert is proposed to people instead of committed.
   *
   * @param provider whose API the repository's host speaks
   * @param merge who merges
   * @param reviewers who is asked to look at it
   * @param apiUrl of the host's API, where it is not at the provider's usual place
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record PullRequest(
      @Required Provider provider,
      @Default("ByPerson") Merge merge,
      @Default("FromCodeowners") Reviewers reviewers,
      @ValidationRule(value = GitRules.NO_CREDENTIALS_CEL, message = GitRules.NO_CREDENTIALS)
          @Size(min = 1, max = 2048)
          @Nullable String apiUrl) {
    public PullRequest {
      merge = merge == null ? Merge.ByPerson : merge;
      reviewers = reviewers == null ? Reviewers.FromCodeowners : reviewers;
    }
  }

  /**
   * What stands between the writer and an http or https repository.
   *
   * @param url as {@code http://HOST:PORT}; TLS to the repository's host goes through it
   * @param secretRef a Secret beside the GitTarget: {@code username} and {@code password} for the
   *     proxy
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Proxy(
      @ValidationRule(value = GitRules.PROXY_CEL, message = GitRules.PROXY)
          @Required
          @Size(min = 1, max = 512)
          String url,
      @Nullable SecretRef secretRef) {}

  /**
   * What our commits say beside what happened.
   *
   * @param skipCi true if the subject of a pushed commit ends in {@code [skip ci]}; never on a pull
   *     request's, whose checks are wanted
   * @param evidenceNote true if what the verdict rested on is put beside the commit as a git note,
   *     in {@code refs/notes/rollback-evidence}
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Message(@Default("false") Boolean skipCi, @Default("false") Boolean evidenceNote) {
    public Message {
      skipCi = skipCi == null ? false : skipCi;
      evidenceNote = evidenceNote == null ? false : evidenceNote;
    }
  }

  /**
   * Whose signature a commit must bear.
   *
   * @param mode which commit
   * @param keysRef a Secret beside the GitTarget: {@code allowed_signers}, ssh public keys as
   *     {@code *.pub}, OpenPGP public keys as {@code *.asc}
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Verification(@Required VerifiedCommit mode, @Required SecretRef keysRef) {}

  /** Which commit must be signed by a trusted key. */
  public enum VerifiedCommit {
    /** The one that is gone back to. */
    LastGood
  }

  /**
   * How a token of the writer's service account is exchanged for one that the server takes.
   *
   * @param flow in which words the exchange is asked for
   * @param tokenUrl the token endpoint
   * @param clientId of the application, where the endpoint wants one
   * @param audience the token is for, where the endpoint wants one
   * @param scope of the token, where the endpoint wants one
   * @param tokenFile where the pod's own token is projected to
   * @param use how the token is shown to the server
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Oidc(
      @Required OidcFlow flow,
      @ValidationRule(value = GitRules.TOKEN_URL_CEL, message = GitRules.TOKEN_URL)
          @Required
          @Size(min = 1, max = 2048)
          String tokenUrl,
      @Size(min = 1, max = 512) @Nullable String clientId,
      @Size(min = 1, max = 512) @Nullable String audience,
      @Size(min = 1, max = 512) @Nullable String scope,
      @ValidationRule(value = GitRules.TOKEN_FILE_CEL, message = GitRules.TOKEN_FILE)
          @Size(min = 1, max = 512)
          @Default(TOKEN_FILE)
          String tokenFile,
      @Default("Bearer") OidcUse use) {
    private static final String TOKEN_FILE = "/var/run/secrets/palinode.dev/oidc/token";

    public Oidc {
      tokenFile = tokenFile == null ? TOKEN_FILE : tokenFile;
      use = use == null ? OidcUse.Bearer : use;
    }
  }

  /** In which words a token is exchanged. */
  public enum OidcFlow {
    /** RFC 8693. */
    TokenExchange,
    /**
     * RFC 7523: the own token stands for the client's secret, as with workload identities of Azure.
     */
    ClientAssertion
  }

  /** How an exchanged token is shown to the server. */
  public enum OidcUse {
    Bearer,
    /** As an access token in the key {@code token} of a Secret would be. */
    Token
  }

  /** Whose API the repository's host speaks, in the words of Flux's notification providers. */
  public enum Provider {
    @JsonProperty("github")
    GITHUB,
    @JsonProperty("gitlab")
    GITLAB,
    @JsonProperty("gitea")
    GITEA,
    @JsonProperty("forgejo")
    FORGEJO,
    /** Bitbucket Cloud. */
    @JsonProperty("bitbucket")
    BITBUCKET,
    /** Bitbucket Data Center. */
    @JsonProperty("bitbucketserver")
    BITBUCKETSERVER,
    @JsonProperty("azuredevops")
    AZUREDEVOPS;

    /** The word that users write. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Who merges a pull request of ours. */
  public enum Merge {
    ByPerson,
    /** The writer, as soon as the host says that nothing is missing, and only the head it made. */
    WhenChecksPass
  }

  /** Who is asked to look at a pull request of ours. */
  public enum Reviewers {
    /** The code owners of the changed files, and the author of the failed change. */
    FromCodeowners,
    None
  }

  /** How the host of the repository is spoken to, if anything says so. */
  public Optional<PullRequest> host() {
    return Optional.ofNullable(pullRequest)
        .or(() ->
            Optional.ofNullable(provider)
                .map(named ->
                    new PullRequest(named, Merge.ByPerson, Reviewers.FromCodeowners, null)));
  }

  public GitTargetSpec {
    grants = grants == null ? List.of() : List.copyOf(grants);
    author = author == null ? new Author("Palinode", "palinode@localhost") : author;
    budget = budget == null ? new Budget(6) : budget;
    maxAge = maxAge == null ? Span.of("720h") : maxAge;
  }
}
