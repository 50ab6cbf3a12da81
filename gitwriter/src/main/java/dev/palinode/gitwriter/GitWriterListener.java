package dev.palinode.gitwriter;

import java.time.Duration;

/** Hears how writing goes, for metrics. Called on the writer's own threads: must not block. */
public interface GitWriterListener {
  GitWriterListener SILENT = new GitWriterListener() {};

  /** How a server answered a push. */
  enum PushAnswer {
    Landed,
    Raced,
    Rejected,
    Lost,
    Failed
  }

  /**
   * Commits were made in the store.
   *
   * @param took what making trees and commits took, without reading and planning
   */
  default void built(Repository repository, int commits, Duration took) {}

  /**
   * A push was answered.
   *
   * @param commits how many it carried
   */
  default void pushed(Repository repository, PushAnswer answer, int commits, Duration took) {}

  /** A submission ended, so long after it began. */
  default void settled(Repository repository, WriteOutcome outcome, Duration took) {}

  /** The local mirror was unusable and is fetched anew. */
  default void rebuilt(Repository repository) {}
}
