package dev.palinode.gitwriter.forge;

import dev.palinode.crds.GitTargetSpec;
import dev.palinode.gitwriter.Intent;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Marks failed commits by the host's commit statuses. The revert is done by then, come what may.
 */
public final class HostMarks implements FailureMarks {
  private static final Logger log = LoggerFactory.getLogger(HostMarks.class);
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  private final Forges forges;
  private final Executor aside;

  /**
   * @param forges that the pull requests use too
   */
  public HostMarks(Forges forges) {
    this(forges, task -> Thread.ofVirtual().name("mark").start(task));
  }

  HostMarks(Forges forges, Executor aside) {
    this.forges = forges;
    this.aside = aside;
  }

  @Override
  public void pushed(Intent intent, GitTargetSpec.PullRequest host, String commit) {
    String failed = intent.failed().revision();
    if (failed != null && COMMIT.matcher(failed).matches()) {
      aside.execute(() -> mark(intent, host, failed, commit));
    }
  }

  private void mark(Intent intent, GitTargetSpec.PullRequest host, String failed, String commit) {
    switch (forges.of(intent.repository(), host)) {
      case Forges.Found.Usable(var forge) -> {
        String text =
            "Failed its canary analysis; %s/%s put back by %s"
                .formatted(
                    intent.object().namespace(),
                    intent.object().name(),
                    commit.substring(0, Math.min(12, commit.length())));
        Answer<Answer.Ack> answer =
            forge.mark(failed, Forge.Mark.Failure, text, forge.pageOf(commit));
        if (!(answer instanceof Answer.Done<Answer.Ack>)) {
          log.info("{}: {} could not be marked: {}", intent.repository(), failed, answer);
        }
      }
      case Forges.Found.Wrong(var message) ->
          log.info("{}: {} could not be marked: {}", intent.repository(), failed, message);
    }
  }
}
