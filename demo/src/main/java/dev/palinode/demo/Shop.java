package dev.palinode.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The team and its repository: a bare one that everybody pushes to, and the clone that the team
 * works in.
 */
final class Shop {
  static final String NAMESPACE = "shop";
  static final String APP = "checkout";
  static final String PATH = "apps/" + APP;
  static final String DEPLOYMENT = PATH + "/deployment.yaml";
  private static final Pattern IMAGE = Pattern.compile("image: " + APP + ":(\\S+)");
  private static final List<String> FILES =
      List.of(
          "kustomization.yaml",
          "deployment.yaml",
          "service.yaml",
          "virtualservice.yaml",
          "canary.yaml");

  private final Path bare;
  private final String url;
  private final Path clone;
  private final Git team;
  private final Git host;

  /**
   * Delivers the app's files.
   *
   * @param bare the repository, empty and on this machine
   * @param url where agents and writers find it
   * @param pushTo where the team pushes to, with what it needs to be let in
   * @param clone where the team works
   */
  Shop(Path bare, String url, String pushTo, Path clone) {
    this.bare = bare;
    this.url = url;
    this.clone = clone;
    team = new Git(clone);
    host = new Git(bare);
    new Git(bare).run("init", "-q", "-b", "main", clone.toString());
    team.run("config", "user.name", "Shop team");
    team.run("config", "user.email", "shop@example.com");
    team.run("remote", "add", "origin", pushTo);
    for (String file : FILES) {
      write(PATH + "/" + file, ApiServer.resource("shop/" + file));
    }
    write("README.md", "What runs in namespace shop.\n");
    push("Deliver " + APP);
  }

  /** Both repositories in this folder, found by their path. */
  static Shop in(Path folder) {
    Path bare = folder.resolve("shop.git");
    new Git(folder).run("init", "-q", "--bare", "-b", "main", bare.toString());
    return new Shop(
        bare, "file://" + bare.toAbsolutePath(), bare.toString(), folder.resolve("team"));
  }

  /** Leaves a copy of the repository there, which the team's clone then belongs to. */
  void keep(Path copy) {
    host.run("clone", "-q", "--bare", bare.toString(), copy.toString());
    team.run("remote", "set-url", "origin", copy.toString());
  }

  String url() {
    return url;
  }

  /** A release as a team makes it: one line changed, committed, pushed. Returns the commit. */
  String release(String tag) {
    team.run("pull", "-q", "--rebase", "origin", "main");
    try {
      String text = Files.readString(clone.resolve(DEPLOYMENT));
      write(DEPLOYMENT, IMAGE.matcher(text).replaceAll("image: " + APP + ":" + tag));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return push("Release " + APP + " " + tag);
  }

  String tip() {
    return host.run("rev-parse", "refs/heads/main").strip();
  }

  /** The image tag that this revision declares. */
  String tag(String revision) {
    Matcher image = IMAGE.matcher(content(revision, DEPLOYMENT));
    return image.find() ? image.group(1) : "?";
  }

  String subject(String revision) {
    return host.run("log", "-1", "--format=%s", revision).strip();
  }

  String content(String revision, String file) {
    return host.run("show", revision + ":" + file);
  }

  List<String> files(String revision, String path) {
    return host.run("ls-tree", "-r", "--name-only", revision, path).lines().toList();
  }

  /** The identity of everything below the root: equal trees are equal byte for byte. */
  String tree(String revision) {
    return host.run("rev-parse", revision + "^{tree}").strip();
  }

  /** Commits on main that say of themselves that Palinode wrote them, newest first. */
  List<String> writtenByPalinode() {
    return host.run(
            "log",
            "--format=%H %(trailers:key=Rollback-Controller,valueonly,separator=%x2C)",
            "main")
        .lines()
        .filter(line -> line.endsWith(" palinode"))
        .map(line -> line.substring(0, line.indexOf(' ')))
        .toList();
  }

  List<String> log(String revision) {
    return host.run("log", "-1", "--date=iso", revision).lines().toList();
  }

  List<String> diff(String revision) {
    return host.run("diff", "--stat", "--patch", "--unified=0", revision + "~1", revision)
        .lines()
        .toList();
  }

  private String push(String message) {
    team.run("add", "-A");
    team.run("commit", "-q", "-m", message);
    team.run("push", "-q", "origin", "HEAD:main");
    return team.run("rev-parse", "HEAD").strip();
  }

  private void write(String file, String text) {
    try {
      Path path = clone.resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
