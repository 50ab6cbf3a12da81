package dev.palinode.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Somebody else who commits to the branch twice a second, with git's own client. */
final class Rival implements Runnable {
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final Path clone;
  private final String name;
  private final AtomicBoolean stop;
  private final List<String> landed = new ArrayList<>();

  Rival(Path folder, String url, String name, AtomicBoolean stop)
      throws IOException, InterruptedException {
    this.clone = folder.resolve(name);
    this.name = name;
    this.stop = stop;
    String file = url.substring(url.lastIndexOf('/') + 1).replace(".git", "");
    String login = url.replace("://", "://git:token-of-" + file + "@");
    GitApps.git(folder, "clone", "-q", login, clone.toString());
    GitApps.git(clone, "config", "user.name", name);
    GitApps.git(clone, "config", "user.email", name + "@example.com");
  }

  /** Commits of this rival that the server took. */
  List<String> landed() {
    return landed;
  }

  @Override
  public void run() {
    try {
      while (!stop.get()) {
        String text = name + " " + landed.size() + "\n";
        Files.writeString(clone.resolve(name + ".txt"), text, StandardCharsets.UTF_8);
        GitApps.git(clone, "add", name + ".txt");
        GitApps.git(clone, "commit", "-q", "-m", text.strip());
        while (!stop.get() && !push()) {
          GitApps.git(clone, "pull", "-q", "--rebase");
        }
        Thread.sleep(PAUSE);
      }
    } catch (IOException e) {
      throw new IllegalStateException("rival " + name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean push() throws IOException, InterruptedException {
    Process push =
        new ProcessBuilder("git", "push", "-q", "origin", "HEAD:main")
            .directory(clone.toFile())
            .redirectErrorStream(true)
            .start();
    push.getInputStream().readAllBytes();
    if (push.waitFor() != 0) {
      return false;
    }
    landed.add(GitApps.git(clone, "rev-parse", "HEAD"));
    return true;
  }
}
