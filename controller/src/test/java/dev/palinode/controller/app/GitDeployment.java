package dev.palinode.controller.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A bare repository with a good and a bad release of one app, worked on with git itself. */
final class GitDeployment {
  static final String FILE = "apps/checkout/deployment.yaml";

  final Path bare;
  final Path work;
  final String good;
  String bad;

  /** What a command answered. */
  record Ran(int code, String output) {}

  GitDeployment(Path dir) {
    bare = dir.resolve("deploy.git");
    work = dir.resolve("work");
    git(dir, "init", "-q", "--bare", "-b", "main", bare.toString());
    git(dir, "clone", "-q", bare.toString(), work.toString());
    good = release("checkout 2.4.0", deployment("2.4.0"));
    bad = release("checkout 2.4.1 (SHOP-77)", deployment("2.4.1"));
  }

  static String deployment(String tag) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: checkout, namespace: shop}
    spec:
      replicas: 3
      template:
        spec:
          containers:
          - {name: checkout, image: 'registry/checkout:%s'}
    """
        .formatted(tag);
  }

  String release(String message, String content) {
    write(FILE, content);
    git(work, "add", "-A");
    git(work, "commit", "-q", "-m", message);
    git(work, "push", "-q", "origin", "HEAD:main");
    return head();
  }

  void write(String file, String content) {
    try {
      Files.createDirectories(work.resolve(file).getParent());
      Files.writeString(work.resolve(file), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String head() {
    return git(work, "rev-parse", "HEAD").strip();
  }

  String tip() {
    return git(bare, "rev-parse", "main").strip();
  }

  static String git(Path dir, String... args) {
    Ran ran = tryGit(dir, Map.of(), args);
    if (ran.code != 0) {
      throw new AssertionError(List.of(args) + " failed: " + ran.output);
    }
    return ran.output;
  }

  static Ran tryGit(Path dir, Map<String, String> environment, String... args) {
    List<String> command = new ArrayList<>(List.of("git", "-c", "user.name=Dana"));
    command.addAll(List.of("-c", "user.email=dana@example.com", "-c", "init.defaultBranch=main"));
    command.addAll(List.of(args));
    return run(dir, environment, command);
  }

  static Ran run(Path dir, Map<String, String> environment, List<String> command) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command).directory(dir.toFile());
      builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
      builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
      builder.environment().putAll(environment);
      Process process = builder.redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output;
      try (InputStream in = process.getInputStream()) {
        output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
      return new Ran(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** A script that runs this very program, as an installed one would be. */
  Path program() {
    try {
      Path script =
          Files.writeString(
              bare.resolveSibling("palinode"),
              "#!/bin/sh\nexec '%s/bin/java' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '%s' %s \"$@\"\n"
                  .formatted(
                      System.getProperty("java.home"),
                      System.getProperty("java.class.path"),
                      Palinode.class.getName()));
      if (!script.toFile().setExecutable(true)) {
        throw new AssertionError("cannot make the script executable");
      }
      return script;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
