package dev.palinode.testbed;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What a test can ask the testbed for, and the programs each part needs. */
public enum Part {
  CONTROL_PLANE("etcd kube-apiserver kube-controller-manager kube-scheduler kwok kubectl"),
  PROMETHEUS("prometheus"),
  GIT("git"),
  FLUX("source-controller kustomize-controller"),
  MESH(""),
  /** A git host with pull requests; nothing else needs it. */
  GITEA("gitea git");

  private final String programs;

  Part(String programs) {
    this.programs = programs;
  }

  List<String> programs() {
    return Stream.of(programs.split(" ", -1)).filter(name -> !name.isEmpty()).toList();
  }

  /** The asked parts and those they cannot run without. */
  static Set<Part> withWhatTheyNeed(Set<Part> asked) {
    var all = EnumSet.noneOf(Part.class);
    all.addAll(asked);
    if (all.contains(FLUX) || all.contains(MESH)) {
      all.add(CONTROL_PLANE);
    }
    return all;
  }
}
