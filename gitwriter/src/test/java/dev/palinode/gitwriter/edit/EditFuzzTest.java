package dev.palinode.gitwriter.edit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.gitwriter.edit.YamlMaker.Form;
import dev.palinode.gitwriter.edit.YamlMaker.Target;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Scenario 23, generated: every edit of a random file changes the value at its pointer and nothing
 * else, seen by a parser that knows nothing of the editor, and no byte outside the scalar's own.
 * The full run: {@code mvn -pl gitwriter -am test -Dtest=EditFuzzTest -Dedit.fuzz=100000
 * -Dsurefire.failIfNoSpecifiedTests=false}; another one: {@code -Dedit.seed=7}.
 */
class EditFuzzTest {
  private final Map<Form, Integer> edited = new EnumMap<>(Form.class);
  private int shared;
  private int unchanged;
  private int refused;

  @Test
  void generatedFiles_differOnlyAtThePlannedPointer() {
    int wanted = Integer.getInteger("edit.fuzz", 1_000);
    long seed = Long.getLong("edit.seed", 1L);
    long files = 0;
    while (total() < wanted) {
      long own = seed * 1_000_003 + files++;
      try {
        play(new Random(own));
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("random " + own + ": " + e.getMessage(), e);
      }
    }
    System.out.printf(
        "edits: %d in %d generated files %s; refused: %d shared by aliases, %d by their style;"
            + " unchanged: %d%n",
        total(), files, edited, shared, refused, unchanged);
    assertThat(edited).containsOnlyKeys(Form.values());
    assertThat(shared).isPositive();
    assertThat(refused).isLessThan(wanted / 50);
  }

  private int total() {
    return edited.values().stream().mapToInt(n -> n).sum();
  }

  private void play(Random random) {
    YamlMaker maker = new YamlMaker(random);
    String text = maker.file();
    List<Target> targets = maker.targets();
    for (int i = 0; i < 4 && !targets.isEmpty(); i++) {
      Target target = targets.get(random.nextInt(targets.size()));
      String wish = maker.wish(target);
      byte[] file = text.getBytes(StandardCharsets.UTF_8);
      EditResult result =
          ScalarEditor.editText(file, target.document(), target.pointer(), target.text(), wish);
      String what = target + " -> '" + wish + "' in\n" + text;
      switch (result) {
        case EditResult.Edited(var bytes) -> {
          assertThat(maker.isShared(target)).as(what).isFalse();
          checkBytes(text, target, bytes, what);
          checkModels(text, target, wish, bytes, what);
          edited.merge(target.form(), 1, Integer::sum);
        }
        case EditResult.Unchanged() -> {
          assertThat(wish).as(what).isEqualTo(target.text());
          unchanged++;
        }
        case EditResult.Refused(var reason) -> {
          if (maker.isShared(target)) {
            assertThat(reason).as(what).contains("two places");
            shared++;
          } else {
            assertThat(target.form()).as(reason + ": " + what).isIn(Form.Literal, Form.Folded);
            refused++;
          }
        }
      }
    }
  }

  private static void checkBytes(String text, Target target, byte[] bytes, String what) {
    byte[] before = text.substring(0, target.start()).getBytes(StandardCharsets.UTF_8);
    byte[] after = text.substring(target.end()).getBytes(StandardCharsets.UTF_8);
    assertThat(Arrays.copyOf(bytes, before.length)).as(what).isEqualTo(before);
    assertThat(Arrays.copyOfRange(bytes, bytes.length - after.length, bytes.length))
        .as(what)
        .isEqualTo(after);
  }

  private static void checkModels(
      String text, Target target, String wish, byte[] bytes, String what) {
    List<Object> was = load(text);
    List<Object> is = load(new String(bytes, StandardCharsets.UTF_8));
    assertThat(is).as(what).hasSameSizeAs(was);
    for (int i = 0; i < was.size(); i++) {
      Map<String, Object> wasAt = flat(was.get(i));
      Map<String, Object> isAt = flat(is.get(i));
      if (i == target.document()) {
        wasAt.put(target.pointer(), isAt.get(target.pointer()));
        Object value = isAt.get(target.pointer());
        if (target.form() == Form.Typed) {
          assertThat(value).as(what).isNotInstanceOf(String.class);
        } else {
          assertThat(value).as(what).isEqualTo(wish);
        }
      }
      assertThat(isAt).as(what).isEqualTo(wasAt);
    }
  }

  private static List<Object> load(String text) {
    String plain = text.startsWith("\uFEFF") ? text.substring(1) : text;
    LoadSettings settings =
        LoadSettings.builder()
            .setMaxAliasesForCollections(1_000)
            .setBufferSize(plain.length() + 16)
            .build();
    List<Object> documents = new ArrayList<>();
    new Load(settings).loadAllFromString(plain).forEach(documents::add);
    return documents;
  }

  private static Map<String, Object> flat(Object document) {
    Map<String, Object> all = new HashMap<>();
    flatten("", document, all);
    return all;
  }

  private static void flatten(String pointer, Object value, Map<String, Object> all) {
    if (value instanceof Map<?, ?> map) {
      all.put(pointer + "/", "map");
      map.forEach((k, v) ->
          flatten(pointer + "/" + k.toString().replace("~", "~0").replace("/", "~1"), v, all));
    } else if (value instanceof List<?> list) {
      all.put(pointer + "/", "list");
      for (int i = 0; i < list.size(); i++) {
        flatten(pointer + "/" + i, list.get(i), all);
      }
    } else {
      all.put(pointer, value);
    }
  }
}
