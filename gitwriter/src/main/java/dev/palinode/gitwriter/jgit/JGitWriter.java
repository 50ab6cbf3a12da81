package dev.palinode.gitwriter.jgit;

import dev.palinode.crds.Observed;
import dev.palinode.crds.RevertSpec;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.CredentialSource;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.GitHistory;
import dev.palinode.gitwriter.GitWriter;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.plan.Plan;
import dev.palinode.gitwriter.plan.Planner;
import dev.palinode.gitwriter.plan.Tree;
import dev.palinode.gitwriter.plan.TreePath;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevWalk;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes through JGit: fetch, plan on the tip, build objects, push with a lease; again from the
 * fetch if anything went otherwise. The server's compare-and-swap is what makes it safe beside any
 * other writer, a second one of ours included.
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
  private final Map<String, ReentrantLock> branches = new ConcurrentHashMap<>();

  public JGitWriter(Settings settings, CredentialSource credentials, InstantSource clock) {
    this(settings, credentials, clock, new JGitRemote(settings.stall(), settings.transfer()));
  }

  JGitWriter(Settings settings, CredentialSource credentials, InstantSource clock, Remote remote) {
    HermeticSystemReader.install();
    this.settings = settings;
    this.credentials = credentials;
    this.clock = clock;
    this.remote = remote;
    this.mirrors = new Mirrors(settings.store(), settings.incarnation());
  }

  @Override
  public WriteOutcome submit(Intent intent) {
    Optional<WriteOutcome> refusal = refusal(intent);
    if (refusal.isPresent()) {
      return refusal.get();
    }
    WriteOutcome outcome =
        switch (credentials.forRepository(intent.repository())) {
          case Observed.Known<Credentials>(var found) -> submit(intent, found);
          case Observed.Missing<Credentials> _ ->
              new WriteOutcome.Blocked(
                  BlockReason.Credentials,
                  "there are no credentials for "
                      + intent.repository()
                      + ": create the Secret of credentialsRef");
          case Observed.Unreadable<Credentials>(var reason) ->
              new WriteOutcome.Unreachable("the credentials could not be read: " + reason);
        };
    log.info("intent {} on {}: {}", intent.id(), intent.repository(), outcome);
    return outcome;
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

  private WriteOutcome submit(Intent intent, Credentials found) {
    String key = intent.repository().canonicalUrl() + "#" + intent.repository().branch();
    ReentrantLock branch = branches.computeIfAbsent(key, _ -> new ReentrantLock(true));
    branch.lock();
    try {
      Mirror mirror = mirrors.of(intent.repository());
      return persist(new Attempt(intent, found, mirror, remote, clock.instant()));
    } finally {
      branch.unlock();
    }
  }

  private WriteOutcome persist(Attempt attempt) {
    long end = System.nanoTime() + settings.patience().toNanos();
    for (int i = 1; ; i++) {
      switch (attempt.next()) {
        case Attempt.Step.Done(var outcome) -> {
          return outcome;
        }
        case Attempt.Step.Again(var atLast, var wait) -> {
          if (i >= settings.tries() || System.nanoTime() - end > 0 || !pause(wait ? i : 0)) {
            return atLast;
          }
        }
      }
    }
  }

  /** Full jitter: writers that collided once should not meet again. False if told to stop. */
  private boolean pause(int round) {
    if (round == 0) {
      return true;
    }
    long cap = settings.firstWait().toNanos() << Math.min(round - 1, 20);
    long longest = settings.longestWait().toNanos();
    long nanos = ThreadLocalRandom.current().nextLong(Math.max(1, Math.min(cap, longest)));
    try {
      Thread.sleep(Duration.ofNanos(nanos));
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public Observed<String> revisionOf(
      Repository repository, String path, RevertSpec.ObjectRef object, Map<String, String> images) {
    String folder = TreePath.normal(path);
    Optional<String> problem = TreePath.problem(folder);
    if (problem.isPresent()) {
      return Observed.unreadable(problem.get());
    }
    return look(
        repository,
        line ->
            new RevisionFinder(line, folder, object)
                .newestCarrying(line.tip(), images)
                .map(c -> Observed.known(c.name()))
                .orElseGet(Observed::missing));
  }

  @Override
  public Observed<String> tipOf(Repository repository) {
    return look(repository, line -> Observed.known(line.tip().name()));
  }

  private interface Question {
    Observed<String> of(FirstParents line) throws IOException;
  }

  private Observed<String> look(Repository repository, Question question) {
    Optional<String> problem = repository.problem();
    if (problem.isPresent()) {
      return Observed.unreadable(problem.get());
    }
    return switch (credentials.forRepository(repository)) {
      case Observed.Known<Credentials>(var found) -> look(repository, found, question);
      case Observed.Missing<Credentials> _ ->
          Observed.unreadable("there are no credentials for " + repository);
      case Observed.Unreadable<Credentials>(var reason) -> Observed.unreadable(reason);
    };
  }

  private Observed<String> look(Repository repository, Credentials found, Question question) {
    try {
      return mirrors
          .of(repository)
          .use(store ->
              switch (remote.fetch(store, repository, found)) {
                case Remote.Fetched.Tip(var tip) -> ask(store, tip, question);
                case Remote.Fetched.Failed(var outcome) -> Observed.unreadable(why(outcome));
              });
    } catch (Tree.TooLarge e) {
      return Observed.unreadable(String.valueOf(e.getMessage()));
    } catch (StoreFault e) {
      return Observed.unreadable(found.scrub(String.valueOf(e.getMessage())));
    }
  }

  private static Observed<String> ask(
      org.eclipse.jgit.lib.Repository store, ObjectId tip, Question question) throws IOException {
    try (RevWalk walk = new RevWalk(store)) {
      return question.of(new FirstParents(walk, tip));
    }
  }

  private static String why(WriteOutcome outcome) {
    return switch (outcome) {
      case WriteOutcome.Blocked(_, var message) -> message;
      case WriteOutcome.Unreachable(var message) -> message;
      case WriteOutcome.Refused(var message) -> message;
      case WriteOutcome.Superseded(var message) -> message;
      case WriteOutcome.Contended(var message, _) -> message;
      case WriteOutcome.AlreadyThere _, WriteOutcome.Committed _ -> "";
    };
  }

  @Override
  public void close() {
    mirrors.close();
  }
}
