package dev.palinode.analysis.rivals;

import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The ticks of one revision in Flagger (scheduler.go:340-466, 752-776). Failed checks add up and
 * are never forgiven; whether there are too many is asked at the start of the next tick, so the
 * last failure costs one more interval. A failed check halts the weight and never lowers it.
 */
public final class FlaggerRun {
  /**
   * @param threshold failed checks that end it
   * @param stepWeight percent
   * @param maxWeight percent; the check after it promotes
   */
  public record Settings(int threshold, int stepWeight, int maxWeight) {
    public Settings {
      if (threshold < 1 || stepWeight < 1 || maxWeight < stepWeight || maxWeight > 100) {
        throw new IllegalArgumentException(
            "threshold and stepWeight are at least 1, maxWeight is stepWeight to 100");
      }
    }
  }

  /** What a tick did. */
  public enum Action {
    ADVANCED,
    HALTED,
    PROMOTED,
    ROLLED_BACK
  }

  private final Settings settings;
  private int failedChecks;
  private int weight;

  public FlaggerRun(Settings settings) {
    this.settings = settings;
  }

  /** Goes on where another run had counted so many. */
  public void resume(int checks) {
    failedChecks = checks;
  }

  public int failedChecks() {
    return failedChecks;
  }

  /** In percent. */
  public int weight() {
    return weight;
  }

  /**
   * One tick.
   *
   * @param checks in Flagger's order (webhooks, built-in metrics, templates); those after the first
   *     that fails are not asked, and none is while the weight is 0
   */
  public Action tick(List<BooleanSupplier> checks) {
    if (failedChecks >= settings.threshold()) {
      weight = 0;
      return Action.ROLLED_BACK;
    }
    if (weight > 0 && !checks.stream().allMatch(BooleanSupplier::getAsBoolean)) {
      failedChecks++;
      return Action.HALTED;
    }
    if (weight >= settings.maxWeight()) {
      return Action.PROMOTED;
    }
    weight = Math.min(weight + settings.stepWeight(), settings.maxWeight());
    return Action.ADVANCED;
  }

  /**
   * One tick of a rollout whose weight somebody else sets, above 0 and below its end: only the
   * counting is Flagger's.
   */
  public Action tickAtForeignWeight(boolean passed) {
    if (failedChecks >= settings.threshold()) {
      return Action.ROLLED_BACK;
    }
    if (!passed) {
      failedChecks++;
      return Action.HALTED;
    }
    return Action.ADVANCED;
  }
}
