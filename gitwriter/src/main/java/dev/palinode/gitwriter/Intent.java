package dev.palinode.gitwriter;

import dev.palinode.crds.GitTargetSpec;
import dev.palinode.crds.RevertSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The durable wish to put one app back to its last good state, with what the platform allows. The
 * commit that carries it out is a function of this, the trees and nothing else.
 *
 * @param id what a repeat is recognised by; becomes a commit trailer
 * @param cluster who asks, as grants name it
 * @param path folder of the app, relative to the repository's root
 * @param files more files that belong to the app, relative to the repository's root
 * @param createdAt when it was asked for; author and commit time of the commit
 * @param grants what the owner of the repository allows; empty allows nothing
 * @param maxAge how old the last good commit may be
 * @param budget how often the branch may be pushed to
 * @param skipCi true if CI systems are told to leave a pushed commit alone
 */
public record Intent(
    String id,
    String cluster,
    Repository repository,
    String path,
    List<String> files,
    RevertSpec.ObjectRef object,
    RevertSpec.State failed,
    RevertSpec.State lastGood,
    RevertSpec.@Nullable Reason reason,
    Instant createdAt,
    List<GitTargetSpec.Grant> grants,
    Duration maxAge,
    GitTargetSpec.Author author,
    GitTargetSpec.Budget budget,
    boolean skipCi) {

  public Intent {
    files = List.copyOf(files);
    grants = List.copyOf(grants);
  }

  /**
   * Joins what was asked with what is allowed.
   *
   * @param createdAt the Revert's creation time
   */
  public static Intent of(RevertSpec revert, GitTargetSpec target, Instant createdAt) {
    return new Intent(
        revert.intent(),
        revert.cluster(),
        new Repository(target.url(), target.branch()),
        revert.source().path(),
        revert.source().files(),
        revert.object(),
        revert.failed(),
        revert.lastGood(),
        revert.reason(),
        createdAt,
        target.grants(),
        target.maxAge().duration(),
        target.author(),
        target.budget(),
        target.message() != null && target.message().skipCi());
  }

  /** The same as a pull request: one that no CI system looks at could never pass its checks. */
  public Intent proposed() {
    return new Intent(
        id,
        cluster,
        repository,
        path,
        files,
        object,
        failed,
        lastGood,
        reason,
        createdAt,
        grants,
        maxAge,
        author,
        budget,
        false);
  }
}
