package dev.palinode.gitwriter.audit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether what a commit did to one file takes the file back to the good commit, and no further. */
final class Content {
  static final int MAX_BYTES = 8 << 20;
  private static final int MAX_WORDS_BYTES = 1 << 20;

  private final Snapshot before;
  private final Snapshot good;
  private final Snapshot after;

  Content(Snapshot before, Snapshot good, Snapshot after) {
    this.before = before;
    this.good = good;
    this.after = after;
  }

  /** What is wrong at {@code path}, if anything. */
  Optional<String> problem(String path) throws IOException {
    Optional<Snapshot.Entry> now = after.at(path);
    Optional<Snapshot.Entry> back = good.at(path);
    Optional<Snapshot.Entry> was = before.at(path);
    if (now.isEmpty()) {
      return back.isEmpty()
          ? Optional.empty()
          : Optional.of("deletes '" + path + "', which the last good commit has");
    }
    if (!now.get().isPlainFile()) {
      return Optional.of("makes '" + path + "' something else than a plain file");
    }
    if (back.isEmpty()) {
      return Optional.of(
          "writes '" + path + "', which the last good commit does not have; it could only go away");
    }
    boolean isMode =
        now.get().mode().equals(back.get().mode())
            || (was.isPresent() && now.get().mode().equals(was.get().mode()));
    if (now.get().hasContentOf(back.get())) {
      return now.get().mode().equals(back.get().mode())
          ? Optional.empty()
          : Optional.of(mode(path));
    }
    if (!isMode) {
      return Optional.of(mode(path));
    }
    if (was.isPresent() && now.get().hasContentOf(was.get())) {
      return Optional.empty();
    }
    if (was.isEmpty()) {
      return Optional.of(
          "adds '" + path + "' with other bytes than the last good commit has there");
    }
    if (!was.get().isPlainFile() || !back.get().isPlainFile()) {
      return Optional.of("merges into '" + path + "', which is no plain file everywhere");
    }
    return merged(path, was.get(), back.get(), now.get());
  }

  private static String mode(String path) {
    return "gives '" + path + "' a mode that it did not have at the last good commit";
  }

  private Optional<String> merged(
      String path, Snapshot.Entry was, Snapshot.Entry back, Snapshot.Entry now) throws IOException {
    Optional<byte[]> p = before.bytes(was, MAX_BYTES);
    Optional<byte[]> g = good.bytes(back, MAX_BYTES);
    Optional<byte[]> r = after.bytes(now, MAX_BYTES);
    if (p.isEmpty() || g.isEmpty() || r.isEmpty()) {
      return Optional.of("changes parts of '" + path + "', which is too large to be compared");
    }
    if (isWholeOnly(p.get()) || isWholeOnly(g.get())) {
      return Optional.of(
          "changes parts of '" + path + "', which is encrypted or stored elsewhere: whole or not");
    }
    Map<String, Integer> known = new HashMap<>();
    boolean byLine =
        Combination.isOne(
            Pieces.lines(p.get(), known),
            Pieces.lines(g.get(), known),
            Pieces.lines(r.get(), known));
    String added = "adds bytes to '" + path + "' that did not stand there in the last good commit";
    if (!Yaml.isManifest(path)) {
      return byLine ? Optional.empty() : Optional.of(added);
    }
    Optional<List<Object>> pm = Yaml.documents(p.get());
    Optional<List<Object>> gm = Yaml.documents(g.get());
    Optional<List<Object>> rm = Yaml.documents(r.get());
    if (pm.isEmpty() || gm.isEmpty()) {
      return byLine ? Optional.empty() : Optional.of(added);
    }
    if (rm.isEmpty()) {
      return Optional.of("leaves '" + path + "' as something that is no YAML");
    }
    if (!byLine && !byWord(p.get(), g.get(), r.get())) {
      return Optional.of(added);
    }
    return Values.stranger(pm.get(), gm.get(), rm.get())
        .map(at -> "sets a value in '" + path + "' that did not stand there: " + at);
  }

  /**
   * One scalar of a line may go back while its neighbours stay; only values can tell that apart.
   */
  private static boolean byWord(byte[] p, byte[] g, byte[] r) {
    Map<String, Integer> known = new HashMap<>();
    return Math.max(p.length, Math.max(g.length, r.length)) <= MAX_WORDS_BYTES
        && Combination.isOne(
            Pieces.words(p, known), Pieces.words(g, known), Pieces.words(r, known));
  }

  /** Sops files carry a sum over all their values, pointers one over a file elsewhere. */
  private static boolean isWholeOnly(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.startsWith("version https://git-lfs.github.com/spec/")
        || (text.contains("ENC[AES256_GCM,") && text.contains("mac"));
  }
}
