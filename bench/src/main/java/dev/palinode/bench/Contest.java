package dev.palinode.bench;

import dev.palinode.analysis.replay.Rule;
import dev.palinode.analysis.replay.Rule.Answer;
import dev.palinode.analysis.replay.Window;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Many replicates of one scenario before several rules at once; all see the same counts. */
final class Contest {
  private static final int THREADS = 2;

  /** One simulated rollout: what is seen of it, and fresh rules that have seen nothing yet. */
  record Replicate(Supplier<Window> windows, List<Rule> rules) {}

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
    return run(
        scenario.onset(),
        scenario.shift(),
        replicates,
        i -> {
          CountStream stream = new CountStream(scenario, i);
          return new Replicate(stream::next, rules.apply(stream.history()));
        });
  }

  /**
   * @param onset when harm begins; zero if there is none
   * @param shift of the canary's share of bad requests
   */
  static List<Result> run(
      Duration onset, double shift, int replicates, IntFunction<Replicate> fresh) {
    double[][][] outcomes = new double[replicates][][];
    try (ForkJoinPool pool = new ForkJoinPool(THREADS)) {
      pool.submit(() ->
              IntStream.range(0, replicates)
                  .parallel()
                  .forEach(i -> outcomes[i] = play(onset, fresh.apply(i))))
          .get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
    return IntStream.range(0, outcomes[0].length)
        .mapToObj(rule -> result(shift, outcomes, rule))
        .toList();
  }

  private static Result result(double shift, double[][][] outcomes, int rule) {
    double[] delays =
        Arrays.stream(outcomes).mapToDouble(o -> o[rule][0]).filter(d -> d >= 0).sorted().toArray();
    double requests =
        Arrays.stream(outcomes)
            .filter(o -> o[rule][0] >= 0)
            .mapToDouble(o -> o[rule][1])
            .average()
            .orElse(Double.NaN);
    return new Result(outcomes.length, delays, requests, shift);
  }

  /** Per rule the delay, or -1, and the canary's requests since the onset. */
  private static double[][] play(Duration onset, Replicate replicate) {
    List<Rule> rules = replicate.rules();
    double[][] outcome = new double[rules.size()][];
    int open = rules.size();
    double begin = onset.toSeconds();
    long requests = 0;
    for (int i = 0; i < Scenario.WINDOWS && open > 0; i++) {
      Window window = replicate.windows().get();
      double time = window.end().toSeconds();
      requests += time > begin ? window.counts().candidate() : 0;
      for (int r = 0; r < outcome.length; r++) {
        if (outcome[r] == null
            && rules.get(r).take(window).filter(d -> d.answer() == Answer.FAIL).isPresent()) {
          // An alarm before the onset is a false one, and no detection.
          outcome[r] = new double[] {time - begin, requests};
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
