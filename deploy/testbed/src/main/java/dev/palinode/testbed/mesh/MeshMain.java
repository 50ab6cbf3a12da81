package dev.palinode.testbed.mesh;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Runs the simulator as a process until it is stopped. */
public final class MeshMain {
  private static final String USAGE =
      "--kubeconfig FILE [--port N] [--rate host=rps]... [--log FILE] [--namespace NS]...";

  /** A target and its load, written {@code foo.shop=200}. */
  record HostRate(String target, double perSecond) {
    static HostRate parse(String text) {
      if (!text.matches("[^=]+=\\d+(\\.\\d+)?")) {
        throw new IllegalArgumentException("Write a rate as host=rps, not '" + text + "'");
      }
      int equals = text.indexOf('=');
      return new HostRate(
          text.substring(0, equals), Double.parseDouble(text.substring(equals + 1)));
    }
  }

  private MeshMain() {}

  public static void main(String[] args) throws InterruptedException {
    Config config = Config.empty();
    List<HostRate> rates = new ArrayList<>();
    List<String> namespaces = new ArrayList<>();
    List<Path> logs = new ArrayList<>();
    int port = 0;
    for (int i = 0; i + 1 < args.length; i += 2) {
      String value = args[i + 1];
      switch (args[i]) {
        case "--kubeconfig" -> config = Config.fromKubeconfig(new File(value));
        case "--port" -> port = Integer.parseInt(value);
        case "--rate" -> rates.add(HostRate.parse(value));
        case "--log" -> logs.add(Path.of(value));
        case "--namespace" -> namespaces.add(value);
        default -> throw new IllegalArgumentException(args[i] + " is unknown. Usage: " + USAGE);
      }
    }
    if (args.length == 0 || args.length % 2 != 0) {
      throw new IllegalArgumentException("Usage: " + USAGE);
    }
    try (KubernetesClient kubernetes = new KubernetesClientBuilder().withConfig(config).build()) {
      MeshSimulator.Builder builder =
          MeshSimulator.builder(kubernetes)
              .port(port)
              .namespaces(namespaces.toArray(String[]::new));
      logs.forEach(builder::logFile);
      try (MeshSimulator mesh = builder.start()) {
        rates.forEach(r -> mesh.rate(r.target(), r.perSecond()));
        System.out.println("mesh metrics http://127.0.0.1:" + mesh.port() + "/metrics");
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(mesh::close));
        stopped.await();
      }
    }
  }
}
