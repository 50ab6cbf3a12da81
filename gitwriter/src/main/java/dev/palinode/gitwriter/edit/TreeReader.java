package dev.palinode.gitwriter.edit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;

/** Builds trees from the parser's events, without recursion: depth is limited, not trusted. */
final class TreeReader {
  private static final int MAX_DEPTH = 200;

  /** A file that is YAML and still too much. */
  static final class Unfit extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unfit(String message) {
      super(message);
    }
  }

  private record Open(CollectionStartEvent start, List<Node> parts) {}

  private final List<Node> documents = new ArrayList<>();
  private final List<YamlFile.Shape> shapes = new ArrayList<>();
  private final Deque<Open> open = new ArrayDeque<>();
  private int inFlow;

  TreeReader(Iterable<Event> events) {
    events.forEach(this::take);
  }

  List<Node> documents() {
    return List.copyOf(documents);
  }

  List<YamlFile.Shape> shapes() {
    return List.copyOf(shapes);
  }

  private void take(Event event) {
    int number = shapes.size();
    switch (event) {
      case ScalarEvent scalar -> {
        shape(scalar, scalar.getTag().orElse(null), scalar.getValue());
        add(leaf(scalar, number));
      }
      case AliasEvent alias -> {
        shape(alias, null, alias.getAlias().getValue());
        add(new Node.Alias(number, alias.getAlias().getValue()));
      }
      case CollectionStartEvent start -> {
        shape(start, start.getTag().orElse(null), start.isFlow() ? "flow" : "block");
        if (open.size() >= MAX_DEPTH) {
          throw new Unfit("it is nested more than " + MAX_DEPTH + " deep");
        }
        inFlow += start.isFlow() ? 1 : 0;
        open.push(new Open(start, new ArrayList<>()));
      }
      case Event other -> {
        shapes.add(new YamlFile.Shape(other.getEventId(), null, null, null, ""));
        if (isEnd(other)) {
          Open done = open.pop();
          Node closed = closed(done);
          inFlow -= done.start.isFlow() ? 1 : 0;
          add(closed);
        }
      }
    }
  }

  private static boolean isEnd(Event event) {
    return event.getEventId() == Event.ID.MappingEnd || event.getEventId() == Event.ID.SequenceEnd;
  }

  private void shape(NodeEvent event, @Nullable String tag, String value) {
    shapes.add(
        new YamlFile.Shape(
            event.getEventId(),
            anchor(event),
            tag,
            event instanceof ScalarEvent scalar ? scalar.getScalarStyle() : null,
            value));
  }

  private void add(Node node) {
    if (open.isEmpty()) {
      documents.add(node);
    } else {
      open.element().parts.add(node);
    }
  }

  private Node.Leaf leaf(ScalarEvent scalar, int number) {
    return new Node.Leaf(
        number,
        scalar.getStartMark().orElseThrow().getIndex(),
        scalar.getEndMark().orElseThrow().getIndex(),
        scalar.getValue(),
        scalar.getScalarStyle(),
        anchor(scalar),
        scalar.getTag().orElse(null),
        inFlow > 0);
  }

  private Node closed(Open done) {
    String anchor = anchor(done.start);
    if (done.start.getEventId() == Event.ID.SequenceStart) {
      return new Node.Items(done.parts, anchor, done.start.isFlow());
    }
    List<Node.Field> fields = new ArrayList<>();
    for (int i = 0; i + 1 < done.parts.size(); i += 2) {
      fields.add(new Node.Field(done.parts.get(i), done.parts.get(i + 1)));
    }
    return new Node.Fields(fields, anchor, done.start.isFlow());
  }

  private static @Nullable String anchor(NodeEvent event) {
    return event.getAnchor().map(Anchor::getValue).orElse(null);
  }
}
