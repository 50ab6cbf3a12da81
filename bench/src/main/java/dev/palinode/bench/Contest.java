package dev.palinode.bench;

import dev.palinode.analysis.replay.Rule;
import dev.palinode.analysis.replay.Rule.Answer;
import dev.palinode.analysis.replay.Window;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Many replicates of one scenario before several rules at once; all see the same counts. */
final class Contest {
  private static final int THREADS = 2;

  /**
   * What one rule did in all replicates.
   *
   * @param delays seconds from the onset to the rollback, in order; only of replicates rolled back
   * @param requests of the canary since the onset until then, on average
   */
  record Result(int replicates, double[] delays, double requests, double shift) {
    double rate() {
      return delays.length / (double) replicates;
    }

    /** Of those that were found. */
    double median() {
      return delays.length == 0 ? Double.NaN : delays[delays.length / 2];
    }

    double mean() {
      return Arrays.stream(delays).average().orElse(Double.NaN);
    }

    /** Bad requests that a healthy release would have spared, on average. */
    double extraBad() {
      return requests * shift;
    }

    /** End of the Wilson interval of 95 %. */
    double upper() {
      return Wilson.upper(delays.length, replicates);
    }
  }

  private Contest() {}

  /**
   * @param rules fresh ones for each replicate, given what the day before told
   */
  static List<Result> run(
      Scenario scenario, int replicates, Function<PodHistory, List<Rule>> rules) {
    double[][][] outcomes = new double[replicates][][];
    try (ForkJoinPool pool = new ForkJoinPool(THREADS)) {
      pool.submit(() ->
              IntStream.range(0, replicates)
                  .parallel()
                  .forEach(i -> outcomes[i] = replicate(scenario, i, rules)))
          .get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
    return IntStream.range(0, outcomes[0].length)
        .mapToObj(rule -> result(scenario, outcomes, rule))
        .toList();
  }

  private static Result result(Scenario scenario, double[][][] outcomes, int rule) {
    double[] delays =
        Arrays.stream(outcomes).mapToDouble(o -> o[rule][0]).filter(d -> d >= 0).sorted().toArray();
    double requests =
        Arrays.stream(outcomes)
            .filter(o -> o[rule][0] >= 0)
            .mapToDouble(o -> o[rule][1])
            .average()
            .orElse(Double.NaN);
    return new Result(outcomes.length, delays, requests, scenario.shift());
  }

  /** Per rule the delay, or -1, and the canary's requests since the onset. */
  private static double[][] replicate(
      Scenario scenario, int replicate, Function<PodHistory, List<Rule>> fresh) {
    CountStream stream = new CountStream(scenario, replicate);
    List<Rule> rules = fresh.apply(stream.history());
    double[][] outcome = new double[rules.size()][];
    int open = rules.size();
    double onset = scenario.onset().toSeconds();
    long requests = 0;
    for (int i = 0; i < Scenario.WINDOWS && open > 0; i++) {
      Window window = stream.next();
      double time = window.end().toSeconds();
      requests += time > onset ? window.counts().candidate() : 0;
      for (int r = 0; r < outcome.length; r++) {
        if (outcome[r] == null
            && rules.get(r).take(window).filter(d -> d.answer() == Answer.FAIL).isPresent()) {
          // An alarm before the onset is a false one, and no detection.
          outcome[r] = new double[] {scenario.isHealthy() ? time : time - onset, requests};
          open--;
        }
      }
    }
    for (int r = 0; r < outcome.length; r++) {
      outcome[r] = outcome[r] == null ? new double[] {-1, requests} : outcome[r];
    }
    return outcome;
  }
}
