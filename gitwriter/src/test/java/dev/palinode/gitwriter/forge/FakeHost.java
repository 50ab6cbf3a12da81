package dev.palinode.gitwriter.forge;

import dev.palinode.gitwriter.forge.PullRequest.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BinaryOperator;

/**
 * The pull requests of one repository, as every kind of host keeps them; each speaks its own way.
 */
final class FakeHost {
  /** One of them. */
  static final class Request {
    final long number;
    final String head;
    final String base;
    String title;
    String body;
    State state = State.Open;
    String merged;
    String mergedHead;
    int version;
    final List<String> comments = new ArrayList<>();
    final Set<String> reviewers = new TreeSet<>();

    Request(long number, String head, String base, String title, String body) {
      this.number = number;
      this.head = head;
      this.base = base;
      this.title = title;
      this.body = body;
    }
  }

  /** What the checks of every head say. */
  enum Checks {
    None,
    Pending,
    Failed,
    Passed
  }

  final List<Request> requests = new ArrayList<>();
  final Map<String, String> heads = new HashMap<>();
  final Map<String, String> marks = new HashMap<>();
  final Map<String, String> accounts = new HashMap<>();
  final Set<String> users = new TreeSet<>();
  Checks checks = Checks.None;
  boolean hasDiff = true;
  boolean wantsTip;
  String mergeRefusal = "";
  private long last = 10;

  /** Called with the base branch and the head commit; answers the merge commit. */
  BinaryOperator<String> merger = (base, head) -> new StringBuilder(head).reverse().toString();

  synchronized Request open(String head, String base, String title, String body) {
    Request request = new Request(++last, head, base, title, body);
    requests.add(request);
    return request;
  }

  synchronized Optional<Request> openOf(String head) {
    return requests.stream().filter(r -> r.head.equals(head) && r.state == State.Open).findFirst();
  }

  synchronized Request at(long number) {
    return requests.stream().filter(r -> r.number == number).findFirst().orElseThrow();
  }

  /** The head that a host shows: that of the branch, or what was merged. */
  synchronized String sha(Request request) {
    return request.mergedHead != null ? request.mergedHead : heads.getOrDefault(request.head, "");
  }

  synchronized void merge(Request request) {
    request.mergedHead = sha(request);
    request.merged = merger.apply(request.base, request.mergedHead);
    request.state = State.Merged;
    request.version++;
  }

  synchronized void close(Request request) {
    request.state = State.Closed;
    request.version++;
  }

  /** Newest first. */
  synchronized List<Request> newest() {
    return List.copyOf(requests).reversed();
  }

  boolean mayMerge() {
    return mergeRefusal.isEmpty() && (checks == Checks.Passed || checks == Checks.None);
  }
}
