package dev.palinode.gitwriter.edit;

import dev.palinode.gitwriter.edit.Node.Leaf;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A YAML or JSON file in which every scalar knows its bytes. Read from the parser's events, so
 * anchors, aliases, styles and empty documents are all still there.
 */
public final class YamlFile {
  private static final int MAX_BYTES = 16 << 20;
  private static final byte[] LFS =
      "version https://git-lfs.github.com/spec/".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  /** What reading led to. */
  public sealed interface Outcome {
    /** A file that may be edited. */
    record Readable(YamlFile file) implements Outcome {}

    /**
     * A file that must not be edited.
     *
     * @param reason as one sentence
     */
    record Unreadable(String reason) implements Outcome {}
  }

  /** An event without its place: what must be equal before and after an edit. */
  record Shape(
      Event.ID kind,
      @Nullable String anchor,
      @Nullable String tag,
      @Nullable ScalarStyle style,
      String value) {}

  private final byte[] bytes;
  private final int[] points;
  private final int skipped;
  private final List<Node> documents;
  private final List<Shape> shapes;

  private YamlFile(
      byte[] bytes, int[] points, int skipped, List<Node> documents, List<Shape> shapes) {
    this.bytes = bytes;
    this.points = points;
    this.skipped = skipped;
    this.documents = documents;
    this.shapes = shapes;
  }

  /** Parses a file and looks for what forbids to edit it. */
  public static Outcome read(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      return new Outcome.Unreadable("the file is larger than 16 MiB");
    }
    if (startsWith(bytes, LFS)) {
      return new Outcome.Unreadable(
          "the file is a Git LFS pointer: its content is not in the repository");
    }
    int skipped = startsWith(bytes, MARK) ? MARK.length : 0;
    String text;
    try {
      text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes, skipped, bytes.length - skipped))
              .toString();
    } catch (CharacterCodingException e) {
      return new Outcome.Unreadable("the file is not text in UTF-8");
    }
    int[] points = text.codePoints().toArray();
    try {
      TreeReader reader = new TreeReader(new Parse(settings(text)).parseString(text));
      YamlFile file = new YamlFile(bytes, points, skipped, reader.documents(), reader.shapes());
      return file.taboo()
          .<Outcome>map(Outcome.Unreadable::new)
          .orElseGet(() -> new Outcome.Readable(file));
    } catch (YamlEngineException | TreeReader.Unfit e) {
      return new Outcome.Unreadable(
          text.contains("{{")
              ? "the file is a template ({{ ... }}), not YAML: it is text to whoever renders it"
              : "the file is not valid YAML" + where(e));
    }
  }

  /**
   * One window over the whole text: a smaller one is copied again and again for long lines, and
   * snakeyaml-engine 3.0.1 throws where it ends inside a surrogate pair.
   */
  private static LoadSettings settings(String text) {
    return LoadSettings.builder()
        .setBufferSize(text.length() + 16)
        .setCodePointLimit(Integer.MAX_VALUE)
        .build();
  }

  private static String where(RuntimeException e) {
    if (e instanceof MarkedYamlEngineException marked) {
      String line = marked.getProblemMark().map(m -> " in line " + (m.getLine() + 1)).orElse("");
      return line + ": " + String.valueOf(marked.getProblem()).lines().findFirst().orElse("");
    }
    return ": " + String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private static boolean startsWith(byte[] bytes, byte[] prefix) {
    if (bytes.length < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (bytes[i] != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  /** True for what only makes sense as a whole: a file of sops, a pointer of Git LFS. */
  public static boolean isEncryptedOrPointer(byte[] bytes) {
    return startsWith(bytes, LFS)
        || new String(bytes, StandardCharsets.ISO_8859_1).contains("ENC[AES256_GCM,");
  }

  private Optional<String> taboo() {
    for (Node document : documents) {
      if (document instanceof Node.Fields top
          && top.get("sops") instanceof Node.Fields sops
          && sops.get("mac") != null) {
        return Optional.of(
            "the file is encrypted by sops: its MAC covers every value, so it goes back whole or"
                + " not at all");
      }
    }
    for (Shape shape : shapes) {
      if (shape.value.startsWith("ENC[AES256_GCM,")) {
        return Optional.of("the file holds values encrypted by sops: it goes back whole or not");
      }
    }
    Optional<String> lost = documents.stream().flatMap(d -> undefined(d).stream()).findFirst();
    if (lost.isPresent()) {
      return Optional.of("the file is not valid YAML: *" + lost.get() + " is not defined");
    }
    return hasBracesOutsideQuotes()
        ? Optional.of(
            "the file is a template ({{ ... }}), not YAML: it is text to whoever renders it")
        : Optional.empty();
  }

  private static Optional<String> undefined(Node document) {
    Set<String> anchors = new HashSet<>();
    for (Node node : Leaves.all(document)) {
      if (node.anchor() != null) {
        anchors.add(node.anchor());
      }
      if (node instanceof Node.Alias alias && !anchors.contains(alias.name())) {
        return Optional.of(alias.name());
      }
    }
    return Optional.empty();
  }

  /** A quoted "{{ x }}" is a value like any other, as in an alert rule or an ApplicationSet. */
  private boolean hasBracesOutsideQuotes() {
    int from = 0;
    for (Node node : documents.stream().flatMap(d -> Leaves.all(d).stream()).toList()) {
      if (node instanceof Leaf leaf && !leaf.isPlain()) {
        if (hasBraces(from, leaf.start())) {
          return true;
        }
        from = leaf.end();
      }
    }
    return hasBraces(from, points.length);
  }

  private boolean hasBraces(int from, int to) {
    for (int i = from; i + 1 < to; i++) {
      if (points[i] == '{' && points[i + 1] == '{') {
        return true;
      }
    }
    return false;
  }

  /** The documents, empty ones included: place n is what {@code ---} number n begins. */
  public List<Node> documents() {
    return documents;
  }

  List<Shape> shapes() {
    return shapes;
  }

  /** Code point {@code index} of the text. */
  int point(int index) {
    return points[index];
  }

  /** Source text between two places, in code points. */
  String source(int from, int to) {
    return new String(points, from, to - from);
  }

  /** The bytes with everything between two places, in code points, replaced. */
  byte[] spliced(int from, int to, String replacement) {
    int first = byteIndex(from);
    int last = byteIndex(to);
    byte[] middle = replacement.getBytes(StandardCharsets.UTF_8);
    ByteBuffer result = ByteBuffer.allocate(bytes.length - (last - first) + middle.length);
    result.put(bytes, 0, first).put(middle).put(bytes, last, bytes.length - last);
    return result.array();
  }

  /** The bytes between two places, in code points; the byte order mark belongs to the first. */
  byte[] slice(int from, int to) {
    int first = from == 0 ? 0 : byteIndex(from);
    return java.util.Arrays.copyOfRange(bytes, first, byteIndex(to));
  }

  int length() {
    return points.length;
  }

  private int byteIndex(int index) {
    int at = skipped;
    for (int i = 0; i < index; i++) {
      int point = points[i];
      at += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    }
    return at;
  }

  /** True if the document is JSON as well: flow style, double quotes, JSON's literals. */
  static boolean isJson(Node document) {
    return switch (document) {
      case Node.Alias _ -> false;
      case Leaf leaf ->
          leaf.anchor() == null
              && leaf.tag() == null
              && (leaf.style() == ScalarStyle.DOUBLE_QUOTED
                  || leaf.isPlain() && Reading.isJson(leaf.text()));
      case Node.Items list ->
          list.inFlow()
              && list.anchor() == null
              && list.items().stream().allMatch(YamlFile::isJson);
      case Node.Fields map ->
          map.inFlow()
              && map.anchor() == null
              && map.fields().stream()
                  .allMatch(f ->
                      f.key() instanceof Leaf key
                          && key.style() == ScalarStyle.DOUBLE_QUOTED
                          && isJson(f.value()));
    };
  }

  /** The key that a mapping of the document has twice, if one does. */
  static Optional<String> doubleKey(Node node) {
    return switch (node) {
      case Leaf _, Node.Alias _ -> Optional.empty();
      case Node.Items list -> list.items().stream().flatMap(n -> doubleKey(n).stream()).findFirst();
      case Node.Fields map -> {
        Set<String> seen = new HashSet<>();
        List<String> twice = new ArrayList<>();
        for (Node.Field field : map.fields()) {
          if (field.key() instanceof Leaf key && !seen.add(key.text())) {
            twice.add(key.text());
          }
          doubleKey(field.value()).ifPresent(twice::add);
        }
        yield twice.stream().findFirst();
      }
    };
  }
}
