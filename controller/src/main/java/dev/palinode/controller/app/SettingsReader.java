package dev.palinode.controller.app;

import dev.palinode.analysis.prometheus.Dialect;
import dev.palinode.crds.Span;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * Reads the settings from the command line, the environment ({@code PALINODE_MESH_SETTLE}) and
 * {@code application.yaml} beside the program, in this order, and finds everything wrong at once.
 */
final class SettingsReader {
  private static final String PREFIX = "palinode.";

  /** What came out. */
  sealed interface Result {
    record Valid(Settings settings) implements Result {}

    record Refused(List<String> problems) implements Result {}
  }

  private SettingsReader() {}

  /**
   * @param given by full property name; these win
   */
  static Result read(Map<String, String> given) {
    StandardEnvironment environment = new StandardEnvironment();
    environment
        .getPropertySources()
        .addFirst(new MapPropertySource("command line", Map.<String, Object>copyOf(given)));
    ConfigDataEnvironmentPostProcessor.applyTo(environment);
    Problems problems = new Problems();
    Settings settings =
        Binder.get(environment).bindOrCreate("palinode", Bindable.of(Settings.class), problems);
    List<String> found = new ArrayList<>(problems.found);
    Set<String> known = names();
    for (String name : given.keySet()) {
      if (name.startsWith(PREFIX) && known.stream().noneMatch(k -> isOrHolds(k, name))) {
        found.add(name + ": no such setting; serve --print-settings lists them all");
      }
    }
    found.addAll(settings.problems());
    return found.isEmpty() ? new Result.Valid(settings) : new Result.Refused(found);
  }

  /** Every setting by its property name. There is no secret among them. */
  static Map<String, String> print(Settings settings) {
    Map<String, String> lines = new TreeMap<>();
    collect("palinode", settings, lines);
    return lines;
  }

  private static Set<String> names() {
    Map<String, String> all = new TreeMap<>();
    Binder nothing = new Binder(List.of());
    collect("palinode", nothing.bindOrCreate("palinode", Settings.class), all);
    return all.keySet();
  }

  /** Lists may also be written {@code name[0]}. */
  private static boolean isOrHolds(String known, String name) {
    return name.equals(known) || name.startsWith(known + "[");
  }

  private static void collect(String name, Object of, Map<String, String> lines) {
    for (RecordComponent part : of.getClass().getRecordComponents()) {
      String full = name + "." + kebab(part.getName());
      Object value = valueOf(part, of);
      if (value != null && value.getClass().isRecord()) {
        collect(full, value, lines);
      } else {
        lines.put(full, text(value));
      }
    }
  }

  private static String text(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case Duration d -> Span.of(d).toString();
      case Collection<?> many ->
          many.stream().map(SettingsReader::text).collect(Collectors.joining(","));
      case Enum<?> word -> word.name().toLowerCase(Locale.ROOT);
      default -> value.toString();
    };
  }

  private static @Nullable Object valueOf(RecordComponent part, Object of) {
    try {
      return part.getAccessor().invoke(of);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("a record component cannot be read: " + part, e);
    }
  }

  private static String kebab(String camel) {
    return camel.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  /** Collects what cannot be converted instead of stopping at the first. */
  private static final class Problems implements BindHandler {
    private final List<String> found = new ArrayList<>();

    @Override
    public @Nullable Object onFailure(
        ConfigurationPropertyName name, Bindable<?> target, BindContext context, Exception error) {
      found.add(name + ": " + wanted(target.getType().resolve(Object.class)));
      return null;
    }

    private static String wanted(Class<?> type) {
      if (type == Duration.class) {
        return "is no duration; write it as 500ms, 15s, 2m or 1h";
      }
      if (type == Settings.Role.class || Collection.class.isAssignableFrom(type)) {
        return "is not understood; roles are controller and writer, lists are separated by commas";
      }
      if (type == Dialect.class) {
        return "is not understood; write one of prometheus, thanos, mimir and victoriametrics";
      }
      if (type == boolean.class || type == Boolean.class) {
        return "must be true or false";
      }
      if (type == int.class || type == double.class) {
        return "must be a number";
      }
      return "is not understood; write a " + type.getSimpleName();
    }
  }
}
