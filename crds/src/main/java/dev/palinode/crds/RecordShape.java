package dev.palinode.crds;

import static java.util.Locale.ROOT;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares a raw tree with the record it is to become: fields nobody knows, fields that are
 * missing, values of another type, enum words and bounds. The records and their annotations are the
 * only list of fields there is; the schema in the cluster is generated from the same ones.
 */
final class RecordShape {
  /** Fields of the contract that this version does not carry out, by the record they belong to. */
  private static final Map<Class<?>, List<String>> LATER =
      Map.of(CanarySpec.Step.class, List.of("webhook", "job"));

  /**
   * @param bounds where the annotations of the field stand
   */
  private record Field(String name, AnnotatedType type, AnnotatedElement bounds) {}

  /** Kept, since the JVM reads a record's shape and annotations anew each time it is asked. */
  private static final ClassValue<List<Field>> FIELDS =
      new ClassValue<>() {
        @Override
        protected List<Field> computeValue(Class<?> type) {
          return Arrays.stream(type.getRecordComponents())
              .map(c -> new Field(c.getName(), c.getAnnotatedType(), c.getAccessor()))
              .toList();
        }
      };

  private final List<Problem> found = new ArrayList<>();

  private RecordShape() {}

  static List<Problem> problems(JsonNode node, Class<? extends Record> type, String path) {
    RecordShape shape = new RecordShape();
    shape.record(node, type, path);
    return shape.found;
  }

  /** True if the node uses a field that is told to come in a later version. */
  static boolean hasLater(JsonNode node, Class<? extends Record> type) {
    return LATER.getOrDefault(type, List.of()).stream().anyMatch(node::has);
  }

  private void record(JsonNode node, Class<?> type, String path) {
    if (!node.isObject()) {
      tell(path, "must be a group of fields (" + String.join(", ", names(type)) + ")");
      return;
    }
    node.fieldNames().forEachRemaining(name -> known(name, type, path));
    for (Field field : FIELDS.get(type)) {
      JsonNode value = node.get(field.name());
      String at = path + "." + field.name();
      if (value != null && !value.isNull()) {
        value(value, field.type(), field.bounds(), at);
      } else if (field.bounds().isAnnotationPresent(Required.class)) {
        tell(at, "is required: add it");
      }
    }
  }

  private void known(String name, Class<?> type, String path) {
    List<String> names = names(type);
    if (LATER.getOrDefault(type, List.of()).contains(name)) {
      tell(path + "." + name, "is not supported in this version; remove it, it would be ignored");
    } else if (!names.contains(name)) {
      String near = nearest(name, names);
      tell(
          path + "." + name,
          near == null
              ? "is unknown and would be ignored; known here: " + String.join(", ", names)
              : "is unknown and would be ignored; did you mean " + near + "?");
    }
  }

  /** A value; its bounds stand at {@code field}, or at the type where it is an entry of a list. */
  private void value(JsonNode value, AnnotatedType type, AnnotatedElement field, String at) {
    Type bare = type.getType();
    Class<?> raw = (Class<?>) (bare instanceof ParameterizedType p ? p.getRawType() : bare);
    if (raw == Span.class) {
      span(value, at);
    } else if (raw == Weight.class) {
      number(value, field, at);
    } else if (raw.isEnum()) {
      word(value, raw, at);
    } else if (raw == String.class) {
      text(value, field, at);
    } else if (raw == Boolean.class) {
      expect(value.isBoolean(), at, "must be true or false, without quotes");
    } else if (Number.class.isAssignableFrom(raw)) {
      number(value, field, at);
      expect(raw == Double.class || !value.isNumber() || isWhole(value), at, "must be whole");
    } else if (raw == List.class) {
      list(value, type, field, at);
    } else if (raw == Map.class) {
      expect(value.isObject(), at, "must be a group of fields");
    } else {
      record(value, raw, at);
    }
  }

  private void span(JsonNode value, String at) {
    try {
      Span.of(value.asText());
    } catch (IllegalArgumentException e) {
      tell(at, String.valueOf(e.getMessage()));
    }
  }

  private void word(JsonNode value, Class<?> type, String at) {
    List<String> words = Arrays.stream(type.getEnumConstants()).map(Object::toString).toList();
    expect(
        words.contains(value.asText()),
        at,
        "'" + value.asText() + "' is unknown; use one of " + String.join(", ", words));
  }

  private void text(JsonNode value, AnnotatedElement field, String at) {
    if (!value.isTextual()) {
      tell(at, "must be text: put it in quotes");
    } else {
      size(value.textValue().length(), field, at, "characters");
    }
  }

  private void list(JsonNode value, AnnotatedType type, AnnotatedElement field, String at) {
    if (!value.isArray()) {
      tell(at, "must be a list: put a dash before each entry");
      return;
    }
    size(value.size(), field, at, "entries");
    var element = ((AnnotatedParameterizedType) type).getAnnotatedActualTypeArguments()[0];
    for (int i = 0; i < value.size(); i++) {
      value(value.get(i), element, element, at + "[" + i + "]");
    }
  }

  private void number(JsonNode value, AnnotatedElement field, String at) {
    if (!value.isNumber()) {
      tell(at, "must be a number, without quotes or a percent sign");
      return;
    }
    Min min = field.getAnnotation(Min.class);
    Max max = field.getAnnotation(Max.class);
    if (min != null && value.doubleValue() < min.value()) {
      tell(at, "must be at least " + plain(min.value()));
    }
    if (max != null && value.doubleValue() > max.value()) {
      tell(at, "must be at most " + plain(max.value()));
    }
  }

  private void size(int size, AnnotatedElement field, String at, String unit) {
    Size bound = field.getAnnotation(Size.class);
    if (bound != null && size < bound.min()) {
      tell(at, size == 0 ? "is empty: fill it in" : "needs at least " + bound.min() + " " + unit);
    }
    if (bound != null && size > bound.max()) {
      tell(at, "has " + size + " " + unit + ", at most " + bound.max() + " are allowed");
    }
  }

  private void expect(boolean holds, String at, String message) {
    if (!holds) {
      tell(at, message);
    }
  }

  private void tell(String at, String message) {
    found.add(new Problem(at, message));
  }

  private static boolean isWhole(JsonNode value) {
    return value.doubleValue() == Math.rint(value.doubleValue());
  }

  private static String plain(double bound) {
    return new BigDecimal(Double.toString(bound)).stripTrailingZeros().toPlainString();
  }

  private static List<String> names(Class<?> type) {
    return FIELDS.get(type).stream().map(Field::name).toList();
  }

  /** The known name that differs by case or by at most two letters. */
  private static @Nullable String nearest(String name, List<String> names) {
    Map<Integer, String> byDistance = new LinkedHashMap<>();
    for (String candidate : names) {
      byDistance.putIfAbsent(
          distance(name.toLowerCase(ROOT), candidate.toLowerCase(ROOT)), candidate);
    }
    for (int d = 0; d <= 2; d++) {
      if (byDistance.containsKey(d)) {
        return byDistance.get(d);
      }
    }
    return null;
  }

  /** Levenshtein's. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
