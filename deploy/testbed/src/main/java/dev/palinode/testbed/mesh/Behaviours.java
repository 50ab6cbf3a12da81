package dev.palinode.testbed.mesh;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Image tag to behaviour: rules set by the test first, else what the tag itself announces. */
final class Behaviours {
  private static final Pattern ERRORS = Pattern.compile("-err(\\d{1,3})(?!\\d)");
  private static final Pattern SLOW = Pattern.compile("-slow(\\d{1,7})(?!\\d)");

  private record Rule(Pattern tag, Behaviour behaviour) {}

  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final Map<String, Behaviour> known = new ConcurrentHashMap<>();

  /** The newest rule that matches the whole tag counts. */
  void set(String tagRegex, Behaviour behaviour) {
    rules.addFirst(new Rule(Pattern.compile(tagRegex), behaviour));
    known.clear();
  }

  Behaviour of(String imageTag) {
    return known.computeIfAbsent(imageTag, this::decide);
  }

  private Behaviour decide(String imageTag) {
    return rules.stream()
        .filter(r -> r.tag().matcher(imageTag).matches())
        .map(Rule::behaviour)
        .findFirst()
        .orElseGet(() -> announced(imageTag));
  }

  /** {@code -err30} fails 30 %, {@code -slow400} adds 400 ms. */
  static Behaviour announced(String imageTag) {
    Behaviour behaviour = Behaviour.HEALTHY;
    Matcher errors = ERRORS.matcher(imageTag);
    if (errors.find()) {
      behaviour = behaviour.failing(Math.min(100, Integer.parseInt(errors.group(1))) / 100.0);
    }
    Matcher slow = SLOW.matcher(imageTag);
    if (slow.find()) {
      Duration added = Duration.ofMillis(Long.parseLong(slow.group(1)));
      behaviour = behaviour.taking(behaviour.latency().plus(added));
    }
    return behaviour;
  }
}
