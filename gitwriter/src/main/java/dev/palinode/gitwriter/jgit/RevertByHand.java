package dev.palinode.gitwriter.jgit;

import dev.palinode.crds.GitTargetSpec;
import dev.palinode.crds.Observed;
import dev.palinode.crds.RevertSpec;
import dev.palinode.crds.RevertSpec.ObjectRef;
import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Repository;
import dev.palinode.gitwriter.WriteOutcome;
import dev.palinode.gitwriter.plan.TreePath;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The writer in the hands of a person: the same plan, proof and push as for a Revert, granted by
 * whoever runs it, with a look at the change before it is made.
 */
public final class RevertByHand {
  /** What it asks for stands in no cluster's name. */
  private static final String CLUSTER = "by-hand";

  private static final Duration ANY_AGE = Duration.ofDays(36_500);
  private static final int WHOLE_ID = 40;

  /**
   * @param paths folder of the app first, then more files and folders of it
   * @param object what goes back; empty if the folder holds exactly one
   * @param good commit to go back to, whole or abbreviated
   * @param bad commit that failed, whole or abbreviated
   * @param why one line for the commit, or empty
   */
  public record Wish(
      Repository repository,
      List<String> paths,
      Optional<ObjectRef> object,
      String good,
      String bad,
      String why,
      GitTargetSpec.Author author) {
    public Wish {
      paths = List.copyOf(paths);
    }
  }

  /** How it went. */
  public sealed interface Result {
    /**
     * The writer's answer.
     *
     * @param subject of the commit that was, or would be, pushed; empty if there is none
     * @param diff unified; empty if there is none
     */
    record Answered(WriteOutcome outcome, String subject, String diff) implements Result {}

    /** The wish was not clear; {@code problem} says what to add. */
    record Unclear(String problem) implements Result {}
  }

  private final JGitWriter.Settings settings;
  private final Credentials credentials;
  private final InstantSource clock;

  /**
   * @param settings where the mirror may be and how long to wait
   */
  public RevertByHand(JGitWriter.Settings settings, Credentials credentials, InstantSource clock) {
    this.settings = settings;
    this.credentials = credentials;
    this.clock = clock;
  }

  /**
   * @param isDry true if nothing is to be pushed
   */
  public Result submit(Wish wish, boolean isDry) {
    WatchedRemote remote =
        new WatchedRemote(
            new JGitRemote(settings.stall(), settings.transfer()),
            isDry,
            TreePath.problem(TreePath.normal(wish.paths.getFirst())).isEmpty()
                ? wish.paths.getFirst()
                : "",
            List.of(wish.good, wish.bad));
    try (JGitWriter writer =
        new JGitWriter(
            settings, _ -> Observed.known(credentials), clock, GitWriterListener.SILENT, remote)) {
      return switch (writer.tipOf(wish.repository)) {
        case Observed.Known<String> _ -> submit(wish, writer, remote);
        // The writer's own answer tells apart why.
        case Observed.Missing<String> _, Observed.Unreadable<String> _ ->
            new Result.Answered(
                writer.submit(intent(wish, wish.object.orElse(NOBODY), Map.of())), "", "");
      };
    }
  }

  private static final ObjectRef NOBODY = new ObjectRef("apps/v1", "Deployment", "none", "none");

  private Result submit(Wish wish, JGitWriter writer, WatchedRemote remote) {
    for (String commit : List.of(wish.good, wish.bad)) {
      if (commit.length() < WHOLE_ID && !remote.commits().containsKey(commit)) {
        return new Result.Unclear(
            "'" + commit + "' is no commit of the branch, or several begin so: write more of it");
      }
    }
    List<ObjectRef> found = remote.workloads();
    Optional<ObjectRef> object =
        wish.object.isPresent() ? completed(wish.object.get(), found) : only(found);
    if (object.isEmpty()) {
      return new Result.Unclear(unclear(wish, found));
    }
    WriteOutcome outcome = writer.submit(intent(wish, object.get(), remote.commits()));
    return new Result.Answered(outcome, remote.subject(), remote.diff());
  }

  private static Optional<ObjectRef> only(List<ObjectRef> found) {
    List<ObjectRef> deployments =
        found.stream().filter(o -> o.kind().equals("Deployment")).toList();
    return deployments.size() == 1 ? Optional.of(placed(deployments.getFirst())) : Optional.empty();
  }

  /** The group of a kind is in the files, not in people's heads. */
  private static Optional<ObjectRef> completed(ObjectRef wanted, List<ObjectRef> found) {
    return found.stream()
        .filter(o -> o.kind().equalsIgnoreCase(wanted.kind()) && o.name().equals(wanted.name()))
        .filter(o -> o.namespace().isEmpty() || o.namespace().equals(wanted.namespace()))
        .map(o -> new ObjectRef(o.apiVersion(), o.kind(), wanted.namespace(), o.name()))
        .findFirst();
  }

  private static ObjectRef placed(ObjectRef object) {
    return object.namespace().isEmpty()
        ? new ObjectRef(object.apiVersion(), object.kind(), "default", object.name())
        : object;
  }

  private static String unclear(Wish wish, List<ObjectRef> found) {
    String path = wish.paths.getFirst();
    String list =
        found.stream()
            .map(o -> o.kind() + "/" + placed(o).namespace() + "/" + o.name())
            .collect(Collectors.joining(", "));
    String what =
        wish.object
            .map(o ->
                "'%s' does not hold %s/%s/%s".formatted(path, o.kind(), o.namespace(), o.name()))
            .orElse("'" + path + "' does not hold exactly one Deployment");
    return what
        + (list.isEmpty() ? "; it holds nothing with pods" : "; name one with --object: " + list);
  }

  private Intent intent(Wish wish, ObjectRef object, Map<String, String> commits) {
    String good = commits.getOrDefault(wish.good, wish.good);
    String bad = commits.getOrDefault(wish.bad, wish.bad);
    RevertSpec.@Nullable Reason reason =
        wish.why.isBlank()
            ? null
            : new RevertSpec.Reason(null, null, null, null, null, null, wish.why);
    return new Intent(
        id(wish, object, good, bad),
        CLUSTER,
        wish.repository,
        wish.paths.getFirst(),
        wish.paths.subList(1, wish.paths.size()),
        object,
        new RevertSpec.State(bad, CLUSTER, Map.of()),
        new RevertSpec.State(good, CLUSTER, Map.of()),
        reason,
        clock.instant(),
        List.of(new GitTargetSpec.Grant(CLUSTER, List.of(object.namespace()), grants(wish))),
        ANY_AGE,
        wish.author,
        new GitTargetSpec.Budget(6),
        false);
  }

  /** Whoever names a path by hand grants it; the root is granted by "/" alone. */
  private static List<String> grants(Wish wish) {
    return wish.paths.stream().map(p -> TreePath.normal(p).isEmpty() ? "/" : p).toList();
  }

  /** The same wish is the same intent, so that asking twice writes once. */
  private static String id(Wish wish, ObjectRef object, String good, String bad) {
    String text =
        String.join(
            "\n",
            wish.repository.canonicalUrl(),
            wish.repository.branch(),
            String.valueOf(wish.paths),
            object.toString(),
            good,
            bad);
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "hand-" + HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** True if the outcome is about others' work in the way rather than about leave. */
  public static boolean isConflict(WriteOutcome outcome) {
    return switch (outcome) {
      case WriteOutcome.Contended _ -> true;
      case WriteOutcome.Blocked(var reason, _) -> reason == BlockReason.FileChanged;
      case WriteOutcome.Committed _,
          WriteOutcome.AlreadyThere _,
          WriteOutcome.Superseded _,
          WriteOutcome.Refused _,
          WriteOutcome.Unreachable _ ->
          false;
    };
  }
}
