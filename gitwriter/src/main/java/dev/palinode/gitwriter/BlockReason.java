package dev.palinode.gitwriter;

/** Why an intent is stuck; the word goes into {@code status.reason} of a Revert. */
public enum BlockReason {
  /** The intent itself is malformed: a url, path, id or revision. */
  BadIntent,
  /** No grant covers the cluster, the namespace, the path or a file. */
  NotGranted,
  /** The last good commit is older than the target's {@code maxAge}. */
  TooOld,
  /** A named commit is not on the branch's first-parent line any more. */
  HistoryRewritten,
  /** No commit of the branch explains what was serving. */
  RevisionUnknown,
  /** The path does not hold the object, or more than one, at a revision that matters. */
  CannotMap,
  /** A file that had to go back was changed after the failed release. */
  FileChanged,
  /** A file that had to go back also holds another app's object. */
  SharedFile,
  /** A symlink, a submodule, or a file that cannot be read as YAML, where a manifest was needed. */
  UnsupportedFile,
  /** Putting the files back would not give the last good template. */
  NotLastGood,
  /** The server does not accept the credentials, or there are none. */
  Credentials,
  /** Commits must be signed, and there is no key that can. */
  SigningKey,
  /** The last good commit is not signed by a trusted key, which the GitTarget asks for. */
  UntrustedLastGood,
  /** Last good commits must be signed by a trusted key, and there are no keys to compare with. */
  TrustedKeys,
  /**
   * The server's host key is unknown or another one than before, or its certificate not trusted.
   */
  HostKey,
  /** The repository or the branch does not exist, or the credentials may not see it. */
  RepositoryMissing,
  /** Somebody else's commits are on the branch that a proposal of ours comes from. */
  BranchTaken,
  /** A local fault, such as a full disk, that refetching did not cure. */
  StoreBroken
}
