package dev.palinode.controller.app;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Connections to the API servers. Taking traffic away has a connection of its own, so that it never
 * queues behind reads and reports.
 *
 * @param normal to the cluster with the Canaries
 * @param urgent the same cluster, for writes that save users
 * @param home where the GitTargets and their Secrets are: the cluster this process runs in, or, out
 *     of any cluster, the one with the Canaries
 */
record Clients(KubernetesClient normal, KubernetesClient urgent, KubernetesClient home)
    implements AutoCloseable {
  private static final Path SERVICE_ACCOUNT = Path.of(Config.KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH);

  static Clients connect(@Nullable Path kubeconfig) {
    Config config = config(kubeconfig);
    KubernetesClient normal = client(config);
    boolean isAbroad = kubeconfig != null && Files.exists(SERVICE_ACCOUNT);
    return new Clients(normal, client(config), isAbroad ? client(config(null)) : normal);
  }

  /** The user agent's first word is the field manager of every write that names none. */
  private static Config config(@Nullable Path kubeconfig) {
    Config found =
        kubeconfig == null
            ? Config.autoConfigure(null)
            : Config.fromKubeconfig(kubeconfig.toFile());
    return new ConfigBuilder(found)
        .withUserAgent("palinode/" + Palinode.Version.number())
        .withRequestRetryBackoffLimit(0)
        .build();
  }

  private static KubernetesClient client(Config config) {
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  @Override
  public void close() {
    normal.close();
    urgent.close();
    if (home != normal) {
      home.close();
    }
  }
}
