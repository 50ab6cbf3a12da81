package dev.palinode.gitwriter.plan;

import java.util.Optional;
import java.util.SortedMap;

/** The content of one commit. Immutable, so reading it gives the same answer for ever. */
public interface Tree {
  /** What a name stands for. Folders are not entries of their own. */
  enum Kind {
    File,
    Executable,
    Symlink,
    Submodule
  }

  /**
   * @param id the content's hash: equal ids mean equal bytes
   */
  record Entry(Kind kind, String id) {
    boolean isPlainFile() {
      return switch (kind) {
        case File, Executable -> true;
        case Symlink, Submodule -> false;
      };
    }
  }

  Optional<Entry> at(String path);

  /**
   * Everything below {@code folder} ("" is the root) by full path; empty if there is no such
   * folder.
   *
   * @throws TooLarge if that is more than a folder of one app can be
   */
  SortedMap<String, Entry> under(String folder);

  /** The content, or empty if it is longer than {@code limit}. */
  Optional<byte[]> bytes(Entry entry, int limit);

  /** The id that an entry of this content has here, whether it is stored or not. */
  String idOf(byte[] content);

  /** The folder holds far more than one app. */
  final class TooLarge extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TooLarge(String message) {
      super(message);
    }
  }
}
