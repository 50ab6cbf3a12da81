package dev.palinode.gitwriter.forge;

import dev.palinode.gitwriter.forge.Answer.Ack;
import java.util.List;
import java.util.Optional;

/**
 * The pull requests of one repository, as its host keeps them. Each call is one thought; whether it
 * is worth repeating is for the caller, and the answer's type says so.
 */
public interface Forge {
  /**
   * What is proposed.
   *
   * @param head branch
   * @param base branch
   */
  record Draft(String head, String base, String title, String body) {}

  /**
   * Who is asked to look.
   *
   * @param users logins as code owner files write them, without the @
   * @param teams as {@code organisation/team}
   * @param accounts ids as {@link #accountOf} answers them
   */
  record Reviewers(List<String> users, List<String> teams, List<String> accounts) {
    public Reviewers {
      users = List.copyOf(users);
      teams = List.copyOf(teams);
      accounts = List.copyOf(accounts);
    }

    public boolean isEmpty() {
      return users.isEmpty() && teams.isEmpty() && accounts.isEmpty();
    }
  }

  /** What a commit is marked with. */
  enum Mark {
    Pending,
    Success,
    Failure
  }

  /** All pull requests of a head branch in this repository, in every state, newest first. */
  Answer<List<PullRequest>> find(String head);

  /** Opens one, or answers the open one that the head branch has already. */
  Answer<PullRequest> create(Draft draft);

  /** As it is now, with what a merge would still miss. */
  Answer<Standing> read(PullRequest request);

  /** Gives it another title and text. */
  Answer<Ack> describe(PullRequest request, String title, String body);

  /**
   * Merges {@code head} and nothing else; any other head is {@link Answer.Refused}. The answer may
   * still be {@link PullRequest.State#Open} where hosts merge in their own time.
   */
  Answer<PullRequest> merge(PullRequest request, String head);

  /** Asks people to look; those that the host cannot ask are left out. */
  Answer<Ack> askReviewers(PullRequest request, Reviewers reviewers);

  Answer<Ack> comment(PullRequest request, String text);

  Answer<Ack> close(PullRequest request);

  /** Marks a commit, for whoever looks at it later. */
  Answer<Ack> mark(String commit, Mark mark, String text, String url);

  /** The host's account of a commit's author, where it tells. */
  Answer<Optional<String>> accountOf(String commit);

  /** Where people look at a commit. */
  String pageOf(String commit);

  /** Where this host looks for code owners, first hit counts. */
  List<String> ownersAt();
}
