package dev.palinode.gitwriter.audit;

import java.util.List;

/**
 * What was found in one commit.
 *
 * @param commit full id
 * @param target as the commit names it: cluster/namespace/kind/name; empty if it names none
 * @param intent the intent's id; empty if it names none
 * @param findings sentences; none means that the commit is what it says
 */
public record Verdict(String commit, String target, String intent, List<String> findings) {
  public Verdict {
    findings = List.copyOf(findings);
  }

  public boolean isFine() {
    return findings.isEmpty();
  }
}
