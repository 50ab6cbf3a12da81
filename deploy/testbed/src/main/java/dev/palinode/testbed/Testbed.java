package dev.palinode.testbed;

import dev.palinode.testbed.mesh.MeshSimulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Real components on loopback, started as they are asked for and stopped together.
 *
 * <p>Each writes its log into its own folder under {@link #folder}, which goes when the testbed
 * closes; set {@code PALINODE_TESTBED_KEEP=true} to look at it afterwards.
 */
public final class Testbed implements AutoCloseable {
  private final Path folder;
  private final Set<Part> running = EnumSet.noneOf(Part.class);
  private final Map<Part, RuntimeException> failed = new EnumMap<>(Part.class);
  private final Deque<AutoCloseable> closing = new ArrayDeque<>();
  private final List<String> namespaces = new ArrayList<>();
  private int namespaceCount;
  private @Nullable ControlPlane controlPlane;
  private @Nullable PrometheusServer prometheus;
  private @Nullable GitServer git;
  private @Nullable GiteaServer gitea;
  private @Nullable Flux flux;
  private @Nullable MeshSimulator mesh;

  private Testbed(Path folder) {
    this.folder = folder;
  }

  /** Starts the parts and what they cannot run without; missing programs are an error. */
  public static Testbed start(Set<Part> parts) {
    try {
      var testbed = new Testbed(Files.createTempDirectory("palinode-testbed-"));
      try {
        testbed.add(parts);
        return testbed;
      } catch (RuntimeException | Error e) {
        testbed.stopAll();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts those of the parts that do not run yet. */
  public synchronized void add(Set<Part> parts) {
    missing(parts)
        .ifPresent(whatToDo -> {
          throw new IllegalStateException(whatToDo);
        });
    for (Part part : Part.withWhatTheyNeed(parts)) {
      if (!running.contains(part)) {
        startOnce(part);
      }
    }
  }

  /**
   * A part that did not come up is not tried again: every class that needs it fails with the
   * reason.
   */
  private void startOnce(Part part) {
    RuntimeException before = failed.get(part);
    if (before != null) {
      throw new IllegalStateException(part + " did not start", before);
    }
    Path place = folder.resolve(part.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    try {
      start(part, place);
      running.add(part);
    } catch (RuntimeException e) {
      failed.put(part, e);
      Children.killIn(place);
      throw e;
    }
  }

  private void start(Part part, Path place) {
    switch (part) {
      case CONTROL_PLANE -> {
        var started = ControlPlane.start(place);
        controlPlane = closing(started);
        started.apply(Binaries.crds("istio.yaml"));
      }
      case PROMETHEUS -> prometheus = closing(PrometheusServer.start(place));
      case GIT -> git = closing(GitServer.start(place));
      case GITEA -> gitea = closing(GiteaServer.start(place));
      case FLUX -> flux = closing(Flux.start(place, controlPlane()));
      case MESH -> mesh = closing(MeshSimulator.builder(controlPlane().admin()).start());
    }
  }

  /** What to do before these parts can be started; empty if nothing. */
  public static Optional<String> missing(Set<Part> parts) {
    List<String> missing = Binaries.missing(parts);
    return missing.isEmpty() ? Optional.empty() : Optional.of(howToBuild(missing));
  }

  static String howToBuild(List<String> missing) {
    return "The testbed lacks %s. Run deploy/testbed/build and try again."
        .formatted(String.join(", ", missing));
  }

  public ControlPlane controlPlane() {
    return present(controlPlane, Part.CONTROL_PLANE);
  }

  public MeshSimulator mesh() {
    return present(mesh, Part.MESH);
  }

  public PrometheusServer prometheus() {
    return present(prometheus, Part.PROMETHEUS);
  }

  public GitServer git() {
    return present(git, Part.GIT);
  }

  public GiteaServer gitea() {
    return present(gitea, Part.GITEA);
  }

  public Flux flux() {
    return present(flux, Part.FLUX);
  }

  /** Where every component keeps its files and its log. */
  public Path folder() {
    return folder;
  }

  /** A namespace nobody else uses, its name beginning with {@code prefix}. */
  public synchronized String namespace(String prefix) {
    String name = prefix + "-" + ++namespaceCount;
    controlPlane().createNamespace(name);
    namespaces.add(name);
    return name;
  }

  /** Gives the namespaces made so far to the namespace controller; does not wait for it. */
  synchronized void dropNamespaces() {
    if (!namespaces.isEmpty()) {
      namespaces.forEach(name -> controlPlane().admin().namespaces().withName(name).delete());
      namespaces.clear();
    }
  }

  @Override
  public void close() {
    stopAll();
  }

  private synchronized void stopAll() {
    while (!closing.isEmpty()) {
      try {
        closing.pop().close();
      } catch (Exception e) {
        System.err.println("testbed: a part did not stop cleanly: " + e);
      }
    }
    running.clear();
    if (!"true".equals(System.getenv("PALINODE_TESTBED_KEEP"))) {
      deleteFolder();
    }
  }

  private void deleteFolder() {
    try (var files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private <T extends AutoCloseable> T closing(T part) {
    closing.push(part);
    return part;
  }

  private static <T> T present(@Nullable T value, Part part) {
    if (value == null) {
      throw new IllegalStateException(part + " does not run: name it in @Needs");
    }
    return value;
  }
}
