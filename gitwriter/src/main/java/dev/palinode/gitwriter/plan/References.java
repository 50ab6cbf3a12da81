package dev.palinode.gitwriter.plan;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The ConfigMaps and Secrets that a pod template names, as "ConfigMap/name". */
final class References {
  private References() {}

  static Set<String> of(@Nullable Object template) {
    Set<String> named = new LinkedHashSet<>();
    for (Object volume : Model.list(template, "spec", "volumes")) {
      volume(volume, named);
      Model.list(volume, "projected", "sources").forEach(source -> volume(source, named));
    }
    for (String list : List.of("initContainers", "containers")) {
      for (Object container : Model.list(template, "spec", list)) {
        for (Object from : Model.list(container, "envFrom")) {
          add(named, "ConfigMap", Model.at(from, "configMapRef", "name"));
          add(named, "Secret", Model.at(from, "secretRef", "name"));
        }
        for (Object variable : Model.list(container, "env")) {
          add(named, "ConfigMap", Model.at(variable, "valueFrom", "configMapKeyRef", "name"));
          add(named, "Secret", Model.at(variable, "valueFrom", "secretKeyRef", "name"));
        }
      }
    }
    for (Object secret : Model.list(template, "spec", "imagePullSecrets")) {
      add(named, "Secret", Model.at(secret, "name"));
    }
    return named;
  }

  private static void volume(Object volume, Set<String> named) {
    add(named, "ConfigMap", Model.at(volume, "configMap", "name"));
    add(named, "Secret", Model.at(volume, "secret", "secretName"));
    add(named, "Secret", Model.at(volume, "secret", "name"));
  }

  private static void add(Set<String> named, String kind, @Nullable Object name) {
    if (name instanceof String text) {
      named.add(kind + "/" + text);
    }
  }

  /** The template of any workload kind, or null if the object runs no pods. */
  static @Nullable Object template(Map<?, ?> object) {
    return switch (Model.text(object, "kind").orElse("")) {
      case "CronJob" -> Model.at(object, "spec", "jobTemplate", "spec", "template");
      case "Pod" -> object;
      default -> Model.at(object, "spec", "template");
    };
  }
}
