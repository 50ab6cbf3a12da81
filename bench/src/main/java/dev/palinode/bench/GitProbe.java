package dev.palinode.bench;

import dev.palinode.gitwriter.GitWriterListener;
import dev.palinode.gitwriter.jgit.JGitWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A process that writes what it is told, one after the other, and says what that cost. */
final class GitProbe {
  private static final double MEBIBYTE = 1 << 20;

  private GitProbe() {}

  /** One write, as {@link #main} reads it. */
  static String line(GitApps apps, int app) {
    return String.join(" ", apps.url(), apps.good(), apps.bad(), Integer.toString(app));
  }

  /**
   * @param arguments the folder for the mirrors, the file with the writes
   */
  public static void main(String[] arguments) throws IOException {
    try (JGitWriter writer = GitHost.writer(Path.of(arguments[0]), GitWriterListener.SILENT)) {
      for (String line : Files.readAllLines(Path.of(arguments[1]))) {
        String[] words = line.split(" ");
        var intent = GitApps.intent(words[0], words[1], words[2], Integer.parseInt(words[3]));
        System.out.println("wrote " + GitHost.seconds(writer, intent));
      }
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      System.out.println("heap " + (runtime.totalMemory() - runtime.freeMemory()) / MEBIBYTE);
      System.out.println("rss " + rss());
    }
  }

  private static double rss() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
            .findFirst()
            .orElseThrow()
        / 1024.0;
  }
}
