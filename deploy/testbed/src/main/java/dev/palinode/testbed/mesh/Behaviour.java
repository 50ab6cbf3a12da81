package dev.palinode.testbed.mesh;

import java.time.Duration;

/**
 * How the program in an image answers.
 *
 * @param errorRate share of requests answered with {@code errorCode}, 0 to 1
 * @param latency the median
 * @param spread sigma of the log-normal latency; 0 makes every answer take the median
 */
public record Behaviour(double errorRate, int errorCode, Duration latency, double spread) {

  public static final Behaviour HEALTHY = new Behaviour(0, 500, Duration.ofMillis(20), 0.2);

  public Behaviour {
    if (errorRate < 0 || errorRate > 1) {
      throw new IllegalArgumentException("errorRate must lie in 0..1, not " + errorRate);
    }
  }

  public Behaviour failing(double rate) {
    return new Behaviour(rate, errorCode, latency, spread);
  }

  public Behaviour answering(int code) {
    return new Behaviour(errorRate, code, latency, spread);
  }

  public Behaviour taking(Duration median) {
    return new Behaviour(errorRate, errorCode, median, spread);
  }
}
