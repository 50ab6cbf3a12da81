package dev.palinode.bench;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Lists the benchmarks, or runs one. */
public final class Bench {
  private static final int USAGE = 2;

  /** A part of a benchmark: something that prints figures. */
  interface Part {
    void run(Figures figures, boolean full) throws Exception;
  }

  /** What there is. */
  private static final Map<String, Map<String, Part>> BENCHMARKS =
      new TreeMap<>(Map.of("git", git(), "judge", judge(), "loop", loop()));

  private Bench() {}

  private static Map<String, Part> git() {
    Map<String, Part> parts = new LinkedHashMap<>();
    parts.put("warm", WarmBench::run);
    parts.put("burst", BurstBench::run);
    parts.put("build", BuildBench::run);
    parts.put("crowd", CrowdBench::run);
    parts.put("memory", MirrorBench::memory);
    parts.put("huge", MirrorBench::huge);
    return parts;
  }

  private static Map<String, Part> loop() {
    Map<String, Part> parts = new LinkedHashMap<>();
    parts.put("demo", DemoBench::run);
    parts.put("idle", IdleBench::run);
    parts.put("release", ReleaseBench::run);
    return parts;
  }

  private static Map<String, Part> judge() {
    Map<String, Part> parts = new LinkedHashMap<>();
    parts.put("healthy", JudgeBench::healthy);
    parts.put("delay", JudgeBench::delay);
    parts.put("late", JudgeBench::late);
    parts.put("unequal", JudgeBench::unequal);
    parts.put("equal", JudgeBench::equal);
    parts.put("latency", LatencyBench::run);
    parts.put("reader", ReaderBench::run);
    parts.put("cost", ReaderBench::cost);
    return parts;
  }

  public static void main(String[] arguments) throws Exception {
    List<String> words = new ArrayList<>(List.of(arguments));
    boolean full = words.remove("--full");
    if (words.isEmpty()) {
      list();
      return;
    }
    Map<String, Part> parts = BENCHMARKS.get(words.removeFirst());
    if (parts == null || !parts.keySet().containsAll(words)) {
      System.err.println("usage: bench/run [NAME [--full] [PART...]]");
      list();
      System.exit(USAGE);
      return;
    }
    Figures figures = new Figures(System.out);
    for (Map.Entry<String, Part> part : parts.entrySet()) {
      if (words.isEmpty() || words.contains(part.getKey())) {
        part.getValue().run(figures, full);
        // Above the number of processors, others had their share of what the figures say.
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        figures.told(part.getKey() + "_load_average", load, "processes");
      }
    }
    // Clients of the testbed may leave threads behind.
    System.exit(0);
  }

  private static void list() {
    BENCHMARKS.forEach(
        (name, parts) -> System.out.println(name + "\t" + String.join(", ", parts.keySet())));
  }
}
