package dev.palinode.gitwriter.audit;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the owner of a repository demands of commits of ours beyond what always holds.
 *
 * @param allowedSigners an OpenSSH allowed-signers file; if given, every commit of ours is signed
 *     by a key that it trusts
 * @param author the e-mail of our commits; if given, nobody else writes commits of ours, and that
 *     author nothing else
 * @param paths folders and files, relative to the root, that commits of ours may change; empty:
 *     what the app owns
 * @param onlyOurs true if a commit that is not ours is a finding, as for a push by our account
 */
public record Rules(
    Optional<Path> allowedSigners, Optional<String> author, List<String> paths, boolean onlyOurs) {
  /** What always holds and nothing more. */
  public static final Rules NONE = new Rules(Optional.empty(), Optional.empty(), List.of(), false);

  public Rules {
    paths = List.copyOf(paths);
  }
}
