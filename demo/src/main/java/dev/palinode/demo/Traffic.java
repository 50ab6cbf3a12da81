package dev.palinode.demo;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** What the users met, version by version; a version is an image's tag. */
interface Traffic {

  /**
   * How one version fared.
   *
   * @param first when the first request of it came
   * @param last when the last one came
   */
  record Served(long requests, long failed, Instant first, Instant last) {
    Served plus(Served later) {
      return new Served(requests + later.requests(), failed + later.failed(), first, later.last());
    }
  }

  /** Empty if nobody ever asked it. */
  Optional<Served> of(String version);

  /** Requests of the last second, by the version that answered. */
  Map<String, Long> lately();

  /** Requests that no pod was there to answer, once there was a first one. */
  long unansweredRequests();
}
