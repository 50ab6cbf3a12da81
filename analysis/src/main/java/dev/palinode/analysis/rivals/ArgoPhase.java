package dev.palinode.analysis.rivals;

/** How a measurement, a metric or a run of Argo Rollouts stands, from best to worst. */
public enum ArgoPhase {
  SUCCESSFUL,
  RUNNING,
  PENDING,
  INCONCLUSIVE,
  ERROR,
  FAILED;

  /** Nothing more is measured. */
  public boolean isCompleted() {
    return switch (this) {
      case RUNNING, PENDING -> false;
      case SUCCESSFUL, INCONCLUSIVE, ERROR, FAILED -> true;
    };
  }

  /** What the rollout does (rollout/analysis.go:157-161, 377-384). */
  public boolean aborts() {
    return this == FAILED || this == ERROR;
  }
}
