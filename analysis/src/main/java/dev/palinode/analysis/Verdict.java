package dev.palinode.analysis;

/** The answer of one metric, or of all together. Only {@link Fail} is a reason to revert. */
public sealed interface Verdict {
  Evidence evidence();

  /** Shown to be within the tolerance. */
  record Pass(Evidence evidence) implements Verdict {}

  /** Shown to be worse than the margin allows. */
  record Fail(Evidence evidence) implements Verdict {}

  /** Not enough evidence for either. */
  record Inconclusive(Evidence evidence) implements Verdict {}

  /** The measurement itself is not to be trusted, or the question cannot be asked. */
  record Invalid(Evidence evidence) implements Verdict {}
}
