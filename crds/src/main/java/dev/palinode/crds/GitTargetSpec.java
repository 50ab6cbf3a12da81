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
import org.jspecify.annotations.Nullable;

/**
 * A branch and the grants on it. Without a grant nothing may be written.
 *
 * @param url of the repository, without credentials
 * @param branch short name of the one branch that may be written
 * @param credentialsRef a Secret beside the GitTarget: {@code token}, or {@code username} and
 *     {@code password}; for ssh {@code ssh-privatekey} and {@code known_hosts}
 * @param grants who may ask for what; empty: nothing is allowed
 * @param author of every commit of ours
 * @param signing how every commit of ours is signed; absent: not at all
 * @param budget how often the branch may be pushed to
 * @param maxAge how long ago a last good state may have been replaced and still be gone back to
 * @param pullRequest how a revert is proposed where the branch takes no direct commits; absent:
 *     never
 */
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
    @Nullable PullRequest pullRequest) {

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

  public GitTargetSpec {
    grants = grants == null ? List.of() : List.copyOf(grants);
    author = author == null ? new Author("Palinode", "palinode@localhost") : author;
    budget = budget == null ? new Budget(6) : budget;
    maxAge = maxAge == null ? Span.of("720h") : maxAge;
  }
}
