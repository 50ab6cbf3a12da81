package dev.palinode.controller.app;

import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.WriteOutcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** How writing to git goes. No label names a repository: their number has no bound. */
final class GitMetrics implements GitWriterListener {
  private final MeterRegistry registry;
  private final DistributionSummary batch;
  private final Counter rebuilt;

  GitMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.batch =
        DistributionSummary.builder("gitwriter.batch.size")
            .description("Commits in a push that landed")
            .register(registry);
    this.rebuilt =
        Counter.builder("gitwriter.mirrors.rebuilt")
            .description("Mirrors that were unusable and fetched anew")
            .register(registry);
    for (PushAnswer answer : PushAnswer.values()) {
      push(answer);
    }
  }

  private Timer push(PushAnswer answer) {
    return Timer.builder("gitwriter.push")
        .description("Pushes by what the server answered")
        .tag("answer", answer.name())
        .register(registry);
  }

  @Override
  public void pushed(Repository repository, PushAnswer answer, int commits, Duration took) {
    push(answer).record(took);
    if (answer == PushAnswer.Landed) {
      batch.record(commits);
    }
  }

  @Override
  public void settled(Repository repository, WriteOutcome outcome, Duration took) {
    Timer.builder("gitwriter.submission")
        .description("Submissions of intents by how they ended")
        .tag("outcome", outcome.getClass().getSimpleName())
        .register(registry)
        .record(took);
  }

  @Override
  public void rebuilt(Repository repository) {
    rebuilt.increment();
  }
}
