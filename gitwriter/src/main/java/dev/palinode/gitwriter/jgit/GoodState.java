package dev.palinode.gitwriter.jgit;

import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.CommitVerifier;
import dev.palinode.gitwriter.WriteOutcome;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.util.RawParseUtils;
import org.jspecify.annotations.Nullable;

/** Whether a commit may be gone back to, where the GitTarget asks for a trusted signature on it. */
final class GoodState {
  private static final byte[] HEADER = {'g', 'p', 'g', 's', 'i', 'g'};

  private GoodState() {}

  /** Why not; empty if it may be. */
  static Optional<WriteOutcome> refusal(
      RevWalk walk, RevCommit good, Optional<CommitVerifier> verifier) throws IOException {
    if (verifier.isEmpty()) {
      return Optional.empty();
    }
    walk.parseBody(good);
    return problem(good, verifier.get())
        .map(problem ->
            new WriteOutcome.Blocked(
                BlockReason.UntrustedLastGood,
                "the last good commit %s %s. Nothing was written: roll forward, or revert by hand; who may sign stands in the Secret of verification.keysRef"
                    .formatted(good.name().substring(0, 12), problem)));
  }

  private static Optional<String> problem(RevCommit commit, CommitVerifier verifier) {
    byte @Nullable [] signature = commit.getRawGpgSignature();
    if (signature == null) {
      return Optional.of("is not signed");
    }
    byte[] signed = withoutSignature(commit.getRawBuffer());
    if (RawParseUtils.headerStart(HEADER, signed, 0) >= 0) {
      return Optional.of("has several signatures, so that it is not clear what was signed");
    }
    return verifier.problem(signed, signature, Instant.ofEpochSecond(commit.getCommitTime()));
  }

  /** What was signed: the commit as it was before its signature was put in. */
  private static byte[] withoutSignature(byte[] raw) {
    int content = RawParseUtils.headerStart(HEADER, raw, 0);
    int start = content - HEADER.length - 1;
    int end = Math.min(RawParseUtils.nextLfSkippingSplitLines(raw, content) + 1, raw.length);
    byte[] signed = Arrays.copyOf(raw, raw.length - (end - start));
    System.arraycopy(raw, end, signed, start, raw.length - end);
    return signed;
  }
}
