package dev.palinode.analysis.prometheus;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/**
 * Who answers Prometheus's API, where that makes a difference to what is asked or what an answer
 * means. A question that is itself to blame stays so however often it is asked; trouble of the
 * store passes, and must not be taken for the question's fault.
 */
public enum Dialect {
  /** Prometheus, and whatever is exactly like it. */
  PROMETHEUS,

  /**
   * Replicas are merged, nothing downsampled is read, and a store that is away makes an error of
   * the answer instead of holes; an error of that kind looks like a bad query's.
   */
  THANOS,

  /** Limits of a tenant, and stores behind it that fail, look like a bad query's error. */
  MIMIR,

  /**
   * Without its cache a moment is that moment and not half a minute before it; an answer with holes
   * is refused. Its error types are statuses: only the words tell a bad query.
   */
  VICTORIAMETRICS;

  /** The types of errors that may be the query's fault. */
  private static final Set<String> BLAMED = Set.of("bad_data", "execution");

  private static final Set<String> STATUSES = Set.of("bad_data", "execution", "400", "422");

  /** Added to every question. */
  String parameters() {
    return switch (this) {
      case PROMETHEUS, MIMIR -> "";
      case THANOS -> "&dedup=true&partial_response=false&max_source_resolution=0s";
      case VICTORIAMETRICS -> "&nocache=1&latency_offset=1ms&deny_partial_response=1";
    };
  }

  /** True if an error is the query's own fault. */
  boolean blamesQuery(String errorType, String error) {
    String words = error.toLowerCase(Locale.ROOT);
    return switch (this) {
      case PROMETHEUS -> BLAMED.contains(errorType);
      case THANOS ->
          BLAMED.contains(errorType)
              && !tells(
                  words,
                  "rpc error",
                  "receive series",
                  "proxy series",
                  "no store",
                  "partial response");
      case MIMIR ->
          BLAMED.contains(errorType)
              && !tells(
                  words, "err-mimir-", "limit", "rpc error", "stream has failed", "store-gateway");
      case VICTORIAMETRICS ->
          STATUSES.contains(errorType)
              && tells(
                  words,
                  "parse",
                  "unexpected token",
                  "unparsed data",
                  "unknown func",
                  "unsupported");
    };
  }

  private static boolean tells(String words, String... of) {
    return Arrays.stream(of).anyMatch(words::contains);
  }
}
