package dev.palinode.analysis;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Where a {@link Gate} stands between two looks: with it another gate goes on without reading, or
 * weighing, anything twice.
 *
 * @param trial with its calibrations, which are never measured again
 * @param closed end of the last window that was judged
 * @param seen when the candidate's counters were last seen
 * @param evaluated the last moment of each metric that is read at moments, in their order
 * @param judge what {@link Judge#save} gave
 */
record GateState(
    Trial trial, Instant closed, Optional<Instant> seen, List<Instant> evaluated, byte[] judge) {
  private static final int VERSION = 1;

  /** More than any trial has metrics, or a histogram buckets. */
  private static final int MANY = 10_000;

  /** Base64. */
  String encode() {
    StateWriter to = new StateWriter();
    to.count(VERSION).text(fingerprint(trial));
    for (Calibration each : trial.calibrations()) {
      to.number(each.podVariation()).count(each.noise().toMillis()).text(each.source());
      numbers(to, each.edges());
      numbers(to, each.before());
    }
    instant(to, closed);
    to.flag(seen.isPresent());
    seen.ifPresent(at -> instant(to, at));
    to.count(evaluated.size());
    evaluated.forEach(at -> instant(to, at));
    to.count(judge.length);
    return Base64.getEncoder().withoutPadding().encodeToString(to.then(judge));
  }

  /**
   * What {@link #encode} made of a gate for the same trial, calibrations aside; empty for anything
   * else, such as a state from before a template was edited.
   */
  static Optional<GateState> decode(String text, Trial trial) {
    try {
      StateReader from = new StateReader(Base64.getDecoder().decode(text));
      if (from.count() != VERSION || !from.text().equals(fingerprint(trial))) {
        return Optional.empty();
      }
      List<Calibration> calibrations = new ArrayList<>();
      for (int i = 0; i < trial.metrics().size(); i++) {
        calibrations.add(
            new Calibration(
                from.number(),
                Duration.ofMillis(from.count()),
                from.text(),
                numbers(from),
                numbers(from)));
      }
      Instant closed = instant(from);
      Optional<Instant> seen = from.flag() ? Optional.of(instant(from)) : Optional.empty();
      List<Instant> evaluated = new ArrayList<>();
      for (int left = from.size(MANY); left > 0; left--) {
        evaluated.add(instant(from));
      }
      byte[] judge = from.bytes(from.count());
      from.end();
      GateState state =
          new GateState(trial.with(calibrations), closed, seen, List.copyOf(evaluated), judge);
      Judge.restore(state.trial(), judge);
      return Optional.of(state);
    } catch (StateReader.Unreadable | IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  /** Two trials of one fingerprint ask the same questions of the same time. */
  private static String fingerprint(Trial trial) {
    String text = trial.with(trial.metrics().stream().map(_ -> NONE).toList()).toString();
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static final Calibration NONE = Calibration.assumed(0, "");

  private static void numbers(StateWriter to, List<Double> values) {
    to.count(values.size());
    values.forEach(to::number);
  }

  private static List<Double> numbers(StateReader from) {
    List<Double> values = new ArrayList<>();
    for (int left = from.size(MANY); left > 0; left--) {
      values.add(from.number());
    }
    return values;
  }

  private static void instant(StateWriter to, Instant at) {
    to.count(at.toEpochMilli());
  }

  private static Instant instant(StateReader from) {
    return Instant.ofEpochMilli(from.count());
  }
}
