package dev.palinode.demo;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The embedded API server on loopback, with our definitions and our guard policy installed. */
final class ApiServer implements AutoCloseable {
  private static final List<String> INSTALLED =
      List.of(
          "install/crds/canaries.yaml",
          "install/crds/analysistemplates.yaml",
          "install/crds/gittargets.yaml",
          "install/crds/reverts.yaml",
          "install/hold-guard.yaml");

  /** It would tell of every request. */
  private static final Logger CHATTER = Logger.getLogger("io.fabric8.mockwebserver");

  private final KubernetesMockServer server;
  private final List<KubernetesClient> clients = new ArrayList<>();

  ApiServer() {
    CHATTER.setLevel(Level.WARNING);
    server =
        new KubernetesMockServer(
            new Context(Serialization.jsonMapper()),
            new MockWebServer(),
            new HashMap<>(),
            new StrictDispatcher(),
            false);
    server.init();
    KubernetesClient admin = client("installer");
    for (String file : INSTALLED) {
      Kinds.read(admin, resource(file)).forEach(o -> create(admin, o));
    }
  }

  /** A connection of its own for everyone who talks to the server. */
  KubernetesClient client(String user) {
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(server.url("/"))
            .withUserAgent(user)
            .withRequestRetryBackoffLimit(0)
            .build();
    KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
    clients.add(client);
    return client;
  }

  static void create(KubernetesClient client, GenericKubernetesResource object) {
    Kinds.at(client, object).create();
  }

  static String resource(String name) {
    try (InputStream in = ApiServer.class.getClassLoader().getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    clients.forEach(KubernetesClient::close);
    server.destroy();
  }
}
