package dev.palinode.bench;

import dev.palinode.testbed.PrometheusServer;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.OptionalDouble;

/** How long after its timestamp a scraped sample can be asked for: looks ten times a second. */
final class Ingestion implements AutoCloseable {
  private final PrometheusServer prometheus;
  private final Thread thread;
  private volatile double highest;

  Ingestion(PrometheusServer prometheus) {
    this.prometheus = prometheus;
    this.thread = Thread.ofVirtual().name("ingestion").start(this::run);
  }

  double highest() {
    return highest;
  }

  private void run() {
    double newest = Double.NaN;
    try {
      while (true) {
        Thread.sleep(100);
        OptionalDouble at = newest();
        double now = Instant.now().toEpochMilli() / 1e3;
        if (at.isPresent() && at.getAsDouble() != newest) {
          if (!Double.isNaN(newest)) {
            highest = Math.max(highest, now - at.getAsDouble());
          }
          newest = at.getAsDouble();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private OptionalDouble newest() {
    try {
      return prometheus.query("timestamp(up{job=\"mesh\"})").stream()
          .mapToDouble(PrometheusServer.Sample::value)
          .max();
    } catch (UncheckedIOException e) {
      return OptionalDouble.empty();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
