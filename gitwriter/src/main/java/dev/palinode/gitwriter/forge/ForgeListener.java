package dev.palinode.gitwriter.forge;

/** Hears how hosts of repositories answer. */
public interface ForgeListener {
  ForgeListener SILENT = new ForgeListener() {};

  /**
   * A request was answered, or not.
   *
   * @param place host and port
   * @param outcome the answer's type in one word
   */
  default void answered(String place, String outcome) {}

  /** How many more requests the host grants for now. */
  default void remaining(String place, long requests) {}
}
