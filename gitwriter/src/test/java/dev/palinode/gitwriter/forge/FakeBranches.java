package dev.palinode.gitwriter.forge;

import dev.palinode.gitwriter.BlockReason;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Restoration;
import dev.palinode.gitwriter.RestoreBranches;
import dev.palinode.gitwriter.WriteOutcome;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A base branch and ours in memory; the host sees what is pushed. */
final class FakeBranches implements RestoreBranches {
  /** What the base holds. */
  enum Base {
    Bad,
    Good,
    NewRelease,
    ChangedFile,
    Away
  }

  static final String MESSAGE =
      "Revert \"checkout 2.4.1\"\n\n"
          + "Deployment shop/checkout goes back.\n\n"
          + "Rollback-Intent: 7f9c2d41aa\n";

  final FakeHost host;
  final Set<String> built = new HashSet<>();
  Base base = Base.Bad;
  String owners = "";
  String author = "Dana";
  int tip = 1;
  int writes;

  FakeBranches(FakeHost host) {
    this.host = host;
    host.merger =
        (_, _) -> {
          base = Base.Good;
          return "%040x".formatted(0xbeef00L + tip++);
        };
  }

  @Override
  public Restoration restore(Intent intent, Request request) {
    return switch (base) {
      case Good -> settled(new WriteOutcome.Superseded("the files are good already"));
      case NewRelease -> settled(new WriteOutcome.Superseded("another release is there"));
      case ChangedFile -> settled(new WriteOutcome.Blocked(BlockReason.FileChanged, "changed"));
      case Away -> settled(new WriteOutcome.Unreachable("the fake is away"));
      case Bad -> onBad(request);
    };
  }

  private Restoration onBad(Request request) {
    Optional<String> head = Optional.ofNullable(host.heads.get(request.branch()));
    String fresh = "%040x".formatted(0xc0ffeeL * 1_000_003 + tip);
    return switch (request.upkeep()) {
      case Look -> new Restoration.Wanted(List.of("apps/checkout/deployment.yaml"));
      case Keep ->
          head.isPresent() ? ready(head.get(), false) : push(request.branch(), fresh, true);
      case Rebase ->
          head.filter(fresh::equals).isPresent()
              ? ready(fresh, false)
              : push(request.branch(), fresh, head.isEmpty());
    };
  }

  private Restoration push(String branch, String commit, boolean isNew) {
    writes++;
    built.add(commit);
    host.heads.put(branch, commit);
    host.wantsTip = false;
    return ready(commit, isNew);
  }

  private Restoration ready(String head, boolean isNew) {
    return new Restoration.Ready(
        head,
        isNew,
        List.of("apps/checkout/deployment.yaml"),
        MESSAGE,
        List.of(new Restoration.Introduced("d".repeat(40), author)),
        owners.isEmpty() ? Optional.empty() : Optional.of(owners));
  }

  private static Restoration settled(WriteOutcome outcome) {
    return new Restoration.Settled(outcome);
  }

  @Override
  public void close() {}
}
