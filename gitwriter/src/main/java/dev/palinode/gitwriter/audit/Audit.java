package dev.palinode.gitwriter.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.errors.RepositoryNotFoundException;
import org.eclipse.jgit.errors.RevisionSyntaxException;
import org.eclipse.jgit.revwalk.RevCommit;

/**
 * Looks at every commit of ours in a range and proves that it is one: it only restores, it touches
 * only what its app owns, and what it says about itself is true.
 */
public final class Audit implements AutoCloseable {
  private final History history;
  private final Rules rules;

  private Audit(History history, Rules rules) {
    this.history = history;
    this.rules = rules;
  }

  /**
   * @param repository a directory, bare or with a work tree
   * @param range a branch or commit (all of its first-parent line), {@code a..b}, or empty for HEAD
   * @param environment of the process, for the sake of receive hooks
   */
  public static Answer of(
      Path repository, String range, Rules rules, Map<String, String> environment) {
    Optional<Path> signers = rules.allowedSigners();
    if (signers.isPresent() && !Files.isReadable(signers.get())) {
      return new Answer.Unreadable("there is no readable file " + signers.get());
    }
    try (Audit audit = new Audit(History.open(repository, environment), rules)) {
      return audit.look(range);
    } catch (RepositoryNotFoundException e) {
      return new Answer.Unreadable(repository + " is no git repository: name its directory");
    } catch (RevisionSyntaxException e) {
      return new Answer.Unreadable("'" + range + "' is no range: write main, or a..b");
    } catch (IOException e) {
      return new Answer.Unreadable(repository + " cannot be read: " + e.getMessage());
    }
  }

  private Answer look(String range) throws IOException {
    int dots = range.indexOf("..");
    String from = dots < 0 ? "" : range.substring(0, dots);
    String to = dots < 0 ? range : range.substring(dots + 2);
    Optional<RevCommit> tip = history.resolve(to.isEmpty() ? "HEAD" : to);
    if (tip.isEmpty()) {
      return new Answer.Unreadable(
          "there is no commit '%s': name a branch or a commit"
              .formatted(to.isEmpty() ? "HEAD" : to));
    }
    Optional<RevCommit> stop = from.isEmpty() ? Optional.empty() : history.resolve(from);
    if (!from.isEmpty() && stop.isEmpty()) {
      return new Answer.Unreadable("there is no commit '" + from + "'");
    }
    List<RevCommit> line = history.line(tip.get(), stop);
    Map<String, String> first = intents(line);
    List<Verdict> verdicts = new ArrayList<>();
    for (RevCommit commit : line) {
      Message message = Message.of(commit.getFullMessage());
      if (message.claimsToBeOurs()) {
        verdicts.add(verdict(commit, message, first));
      } else if (isForbidden(commit)) {
        verdicts.add(
            new Verdict(
                commit.name(),
                "",
                "",
                List.of("is no commit of ours: it names no Rollback-Intent")));
      }
    }
    return new Answer.Looked(verdicts, line.size());
  }

  private boolean isForbidden(RevCommit commit) {
    return rules.onlyOurs()
        || rules
            .author()
            .filter(commit.getAuthorIdent().getEmailAddress()::equalsIgnoreCase)
            .isPresent();
  }

  /** The oldest commit of each intent, those before the range included. */
  private Map<String, String> intents(List<RevCommit> line) throws IOException {
    Map<String, String> oldest = new HashMap<>();
    List<RevCommit> all = new ArrayList<>(line);
    if (!line.isEmpty()) {
      Optional<RevCommit> before = history.parent(line.getLast());
      for (int i = 0; i < MAX_BEFORE && before.isPresent(); i++) {
        all.add(before.get());
        before = history.parent(before.get());
      }
    }
    for (RevCommit commit : all) {
      Message.of(commit.getFullMessage())
          .only(Message.INTENT)
          .ifPresent(i -> oldest.put(i, commit.name()));
    }
    return oldest;
  }

  private static final int MAX_BEFORE = 2_000;

  private Verdict verdict(RevCommit commit, Message message, Map<String, String> first)
      throws IOException {
    Trailers.Read read = new Trailers(history, rules).read(commit, message);
    List<String> findings = new ArrayList<>(read.problems());
    Optional<String> intent = message.only(Message.INTENT);
    intent
        .map(first::get)
        .filter(sha -> !sha.equals(commit.name()))
        .ifPresent(
            sha -> findings.add("its intent was carried out already by " + sha.substring(0, 12)));
    Optional<Target> target = message.only(Message.TARGET).flatMap(Target::of);
    if (read.good().isPresent() && commit.getParentCount() == 1) {
      findings.addAll(content(commit, read.good().get(), target, message));
    }
    if (rules.allowedSigners().isPresent()) {
      new Signatures(history, rules.allowedSigners().get())
          .problem(commit)
          .ifPresent(findings::add);
    }
    return new Verdict(
        commit.name(), message.only(Message.TARGET).orElse(""), intent.orElse(""), findings);
  }

  private List<String> content(
      RevCommit commit, RevCommit goodCommit, Optional<Target> target, Message message)
      throws IOException {
    List<String> findings = new ArrayList<>();
    Snapshot before = history.snapshot(history.parent(commit).orElseThrow());
    Snapshot good = history.snapshot(goodCommit);
    Snapshot after = history.snapshot(commit);
    List<String> changed = after.changedSince(before);
    if (changed.isEmpty()) {
      findings.add("changes nothing");
    }
    Content content = new Content(before, good, after);
    for (String path : changed) {
      content.problem(path).ifPresent(findings::add);
    }
    if (target.isPresent() && !changed.isEmpty()) {
      findings.addAll(
          new Ownership(before, good, after, target.get())
              .problems(changed, message.values(Message.PATH), rules.paths()));
    }
    return findings;
  }

  @Override
  public void close() {
    history.close();
  }
}
