package dev.palinode.gitwriter.jgit;

import dev.palinode.crds.Observed;
import dev.palinode.crds.RevertSpec;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.CredentialSource;
import dev.palinode.gitwriter.GitHistory;
import dev.palinode.gitwriter.GitWriter;
import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.plan.Plan;
import dev.palinode.gitwriter.plan.Planner;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes through JGit: fetch, plan on the tip, build objects, push with a lease; again from the
 * fetch if anything went otherwise. One actor per branch carries out together what waits together.
 * The server's compare-and-swap is what makes it safe beside any other writer, a second one of ours
 * included.
 */
public final class JGitWriter implements GitWriter, GitHistory {
  private static final Logger log = LoggerFactory.getLogger(JGitWriter.class);
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{7,63}");

  /**
   * @param store folder for the mirrors; nothing in it needs to survive
   * @param incarnation different for every start of the process
   * @param tries how many tips a submission plans on at most
   * @param patience how long a submission goes on after lost races
   * @param firstWait the longest wait after the first lost race; doubles up to {@code longestWait}
   * @param stall how long a server may be silent
   * @param transfer how long one fetch or push may take
   */
  public record Settings(
      Path store,
      String incarnation,
      int tries,
      Duration patience,
      Duration firstWait,
      Duration longestWait,
      Duration stall,
      Duration transfer) {

    /** The defaults, for this process. */
    public static Settings in(Path store) {
      ProcessHandle self = ProcessHandle.current();
      long start = self.info().startInstant().map(i -> i.toEpochMilli()).orElse(0L);
      return new Settings(
          store,
          self.pid() + "x" + Long.toString(start, 36),
          20,
          Duration.ofSeconds(60),
          Duration.ofMillis(50),
          Duration.ofSeconds(5),
          Duration.ofSeconds(15),
          Duration.ofMinutes(10));
    }
  }

  private final Settings settings;
  private final CredentialSource credentials;
  private final InstantSource clock;
  private final Remote remote;
  private final Mirrors mirrors;
  private final GitHistory history;
  private final GitWriterListener listener;
  private final Map<String, BranchActor> branches = new ConcurrentHashMap<>();
  private volatile boolean closed;

  public JGitWriter(Settings settings, CredentialSource credentials, InstantSource clock) {
    this(settings, credentials, clock, GitWriterListener.SILENT);
  }

  public JGitWriter(
      Settings settings,
      CredentialSource credentials,
      InstantSource clock,
      GitWriterListener listener) {
    this(
        settings,
        credentials,
        clock,
        listener,
        new JGitRemote(settings.stall(), settings.transfer()));
  }

  JGitWriter(
      Settings settings,
      CredentialSource credentials,
      InstantSource clock,
      GitWriterListener listener,
      Remote remote) {
    HermeticSystemReader.install();
    this.settings = settings;
    this.credentials = credentials;
    this.clock = clock;
    this.remote = remote;
    this.listener = listener;
    this.mirrors = new Mirrors(settings.store(), settings.incarnation(), listener);
    this.history = new BranchHistory(mirrors, remote, credentials);
  }

  @Override
  public WriteOutcome submit(Intent intent) {
    Optional<WriteOutcome> refusal = refusal(intent);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    if (closed) {
      return BranchActor.STOPPED;
    }
    Request request = new Request(intent, settings.patience());
    actor(intent.repository()).submit(request);
    WriteOutcome outcome = await(request);
    listener.settled(intent.repository(), outcome, request.age());
    log.info("intent {} on {}: {}", intent.id(), intent.repository(), outcome);
    return outcome;
  }

  private static WriteOutcome await(Request request) {
    try {
      return request.outcome().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new WriteOutcome.Unreachable(
          "nobody waited for the answer; whether it was written is seen by the next attempt");
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case Error error -> throw error;
        case RuntimeException bug -> throw bug;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  static Optional<WriteOutcome> refusal(Intent intent) {
    Optional<String> problem = intent.repository().problem();
    if (problem.isEmpty() && !ID.matcher(intent.id()).matches()) {
      problem = Optional.of("the intent id must be 8 to 64 letters, digits, dots or dashes");
    }
    if (problem.isEmpty()) {
      try {
        Revisions.told(intent.failed().revision());
        Revisions.told(intent.lastGood().revision());
      } catch (IllegalArgumentException e) {
        problem = Optional.ofNullable(e.getMessage());
      }
    }
    return problem
        .<WriteOutcome>map(p -> new WriteOutcome.Blocked(BlockReason.BadIntent, p))
        .or(() -> Planner.refusal(intent).map(JGitWriter::blocked));
  }

  private static WriteOutcome blocked(Plan.Blocked plan) {
    return new WriteOutcome.Blocked(plan.reason(), plan.message());
  }

  private BranchActor actor(Repository repository) {
    return branches.computeIfAbsent(
        repository.canonicalUrl() + "#" + repository.branch(),
        _ ->
            new BranchActor(
                new Branch(repository, mirrors.of(repository), remote, clock, listener),
                credentials,
                new Pacing(
                    settings.firstWait(), settings.longestWait(), new PushBudget(System::nanoTime)),
                settings.tries()));
  }

  @Override
  public Observed<String> revisionOf(
      Repository repository, String path, RevertSpec.ObjectRef object, Map<String, String> images) {
    return history.revisionOf(repository, path, object, images);
  }

  @Override
  public Observed<String> tipOf(Repository repository) {
    return history.tipOf(repository);
  }

  /** Waits for pushes that are on their way, then gives the mirrors up. */
  @Override
  public void close() {
    closed = true;
    branches.values().parallelStream().forEach(actor -> actor.close(settings.stall()));
    mirrors.close();
  }
}
