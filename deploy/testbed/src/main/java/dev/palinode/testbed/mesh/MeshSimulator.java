package dev.palinode.testbed.mesh;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.palinode.testbed.mesh.MeshConfig.Item;
import dev.palinode.testbed.mesh.Routing.Route;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * istiod, one gateway Envoy and the sidecars behind it, as far as a canary can feel them: reads the
 * routes through the API, sends a steady load, logs and counts every answer.
 *
 * <p>Where the numbers come from. "The tables" are the measured routing tables: istiod 1.32-dev and
 * Envoy 1.40 on a real API server.
 *
 * <ul>
 *   <li>100 ms quiet and 10 s at most before a push, looked at only when the timer fires: istiod's
 *       defaults; tables, section 2 (104 ms from write to first answer; seconds under churn).
 *   <li>1, 2 and 4 ms from push to dropped clusters, new routes and warm clusters: fitted to the 10
 *       and 6 failures of 12 same-push changes; tables, section 3.
 *   <li>503 with NC, UH or UF, retries on 503 only and on another pod, 25 ms before each: tables,
 *       section 3, and Envoy's defaults.
 *   <li>Binomial shares, weights that need not sum to 100, pods drawn evenly: tables, section 4.
 *   <li>What merges with what: tables, section 1.
 *   <li>Revision of a pod at the source about 0.1 s after its label changed: tables, section 7;
 *       that is the debounce again.
 *   <li>Labels of requests without pod or cluster, and bucket bounds: read in the source of Istio's
 *       stats filter; no run of ours has confirmed them.
 *   <li>20 ms, spread 0.2, 20 ms ticks: chosen, not measured.
 * </ul>
 */
public final class MeshSimulator implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MeshSimulator.class);

  private final Builder settings;
  private final Behaviours behaviours = new Behaviours();
  private final RequestLog requests;
  private final IstioMetrics metrics;
  private final MeshWatch watch;
  private final HttpServer server;
  private final Thread loop;

  /** Guards {@link #mesh} and {@link #answers}. */
  private final Object lock = new Object();

  private final Mesh mesh;
  private List<Request> answers = new ArrayList<>();
  private volatile boolean closed;

  private MeshSimulator(Builder settings) {
    this.settings = settings;
    requests = new RequestLog(settings.logCapacity, settings.logFile);
    metrics = new IstioMetrics(settings.client);
    mesh =
        new Mesh(
            settings.client,
            new Debounce(settings.debounce),
            new Traffic(settings.seed, behaviours, settings.defaultRetries),
            settings.revisions,
            settings.clock.instant(),
            this::answered);
    server = serve(settings.port);
    watch =
        new MeshWatch(
            settings.kubernetes,
            settings.namespaces,
            new MeshWatch.Sink() {
              @Override
              public void put(Item item) {
                synchronized (lock) {
                  mesh.put(settings.clock.instant(), item);
                }
              }

              @Override
              public void remove(Item item) {
                synchronized (lock) {
                  mesh.remove(settings.clock.instant(), item);
                }
              }
            });
    loop = Thread.ofVirtual().name("mesh-traffic").start(this::run);
    awaitFirstPush();
  }

  /** A load set right after the start meets the routes that exist, unless churn holds them back. */
  private void awaitFirstPush() {
    try {
      for (int i = 0; i < 100 && !isSettled(); i++) {
        Thread.sleep(settings.tick);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether Envoy has everything that the simulator has seen of the API. */
  public boolean isSettled() {
    synchronized (lock) {
      mesh.advance(settings.clock.instant());
      return mesh.isSettled();
    }
  }

  public static Builder builder(KubernetesClient kubernetes) {
    return new Builder(kubernetes);
  }

  /**
   * Sends this many requests per second from now on; 0 stops.
   *
   * @param target a host as a client writes it, with a path if its routes differ by path: {@code
   *     foo.shop}, {@code shop.example.com/api}
   */
  public void rate(String target, double perSecond) {
    synchronized (lock) {
      mesh.advance(settings.clock.instant());
      mesh.rate(Traffic.Target.parse(target), perSecond);
    }
  }

  /** From now on images whose whole tag matches answer like this. */
  public void behaviour(String tagRegex, Behaviour behaviour) {
    behaviours.set(tagRegex, behaviour);
  }

  public RequestLog log() {
    return requests;
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** How often istiod has pushed. */
  public long pushes() {
    synchronized (lock) {
      return mesh.pushes();
    }
  }

  /**
   * The weights Envoy serves now by subset, the plain host being the empty text; empty if no route
   * takes the target. What the route object says may be a push ahead of this.
   */
  public Map<String, Integer> servedWeights(String target) {
    synchronized (lock) {
      mesh.advance(settings.clock.instant());
      Traffic.Target parsed = Traffic.Target.parse(target);
      Optional<Route> route = Routing.find(mesh.served().hosts(), parsed.host(), parsed.path());
      Map<String, Integer> weights = new TreeMap<>();
      route.ifPresent(r ->
          r.destinations()
              .forEach(d -> weights.merge(d.cluster().subset(), d.weight(), Integer::sum)));
      return weights;
    }
  }

  @Override
  public void close() {
    closed = true;
    loop.interrupt();
    try {
      loop.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    watch.close();
    server.stop(0);
    requests.close();
  }

  private void run() {
    while (!closed) {
      try {
        tick();
        Thread.sleep(settings.tick);
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        log.error("The mesh simulator lost a tick", e);
      }
    }
  }

  private void tick() {
    List<Request> done;
    synchronized (lock) {
      mesh.advance(settings.clock.instant());
      done = answers;
      answers = new ArrayList<>();
    }
    requests.add(done);
  }

  /** Runs inside {@link Mesh#advance}, so under the lock. */
  private void answered(Answer answer) {
    answers.add(answer.request());
    metrics.count(answer);
  }

  private HttpServer serve(int port) {
    try {
      HttpServer http =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
      http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      http.createContext("/metrics", exchange -> reply(exchange, 200, scrape()));
      http.createContext("/rate", this::setRate);
      http.start();
      return http;
    } catch (IOException e) {
      throw new UncheckedIOException("Port " + port + " cannot be opened on loopback", e);
    }
  }

  private String scrape() {
    Set<MeshConfig.Name> pods;
    synchronized (lock) {
      pods = mesh.live().pods().keySet();
    }
    return metrics.scrape(pods);
  }

  /** {@code curl -d foo.shop=200 localhost:PORT/rate}, for use by hand. */
  private void setRate(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    try {
      MeshMain.HostRate wanted = MeshMain.HostRate.parse(body.strip());
      rate(wanted.target(), wanted.perSecond());
      reply(exchange, 200, "ok\n");
    } catch (IllegalArgumentException e) {
      reply(exchange, 400, e.getMessage() + "\n");
    }
  }

  private static void reply(HttpExchange exchange, int code, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    exchange.sendResponseHeaders(code, bytes.length);
    try (var body = exchange.getResponseBody()) {
      body.write(bytes);
    }
  }

  /** The settings; every default is what the tables measured or Istio ships. */
  public static final class Builder {
    private final KubernetesClient kubernetes;
    private Set<String> namespaces = Set.of();
    private int port;
    private Optional<Path> logFile = Optional.empty();
    private int logCapacity = 500_000;
    private Debounce.Timing debounce = Debounce.Timing.istiod();
    private int defaultRetries;
    private long seed = 1;
    private Duration tick = Duration.ofMillis(20);
    private RevisionSource revisions = RevisionSource.POD_LABELS;
    private Client client = Client.gateway();
    private InstantSource clock = InstantSource.system();

    private Builder(KubernetesClient kubernetes) {
      this.kubernetes = kubernetes;
    }

    /** Watches only these namespaces; all of them by default. */
    public Builder namespaces(String... only) {
      namespaces = Set.of(only);
      return this;
    }

    /** Port of {@code /metrics} on loopback; 0, the default, takes a free one. */
    public Builder port(int wanted) {
      port = wanted;
      return this;
    }

    /** Also writes every request to this file, one JSON object a line. */
    public Builder logFile(Path file) {
      logFile = Optional.of(file);
      return this;
    }

    /** How many requests stay in memory. */
    public Builder logCapacity(int requests) {
      logCapacity = requests;
      return this;
    }

    public Builder debounce(Duration quiet, Duration max) {
      debounce = new Debounce.Timing(quiet, max);
      return this;
    }

    /** Retries of routes that set none: 0 here so that no fault is hidden, 2 in Istio. */
    public Builder defaultRetries(int attempts) {
      defaultRetries = attempts;
      return this;
    }

    public Builder seed(long value) {
      seed = value;
      return this;
    }

    public Builder revisions(RevisionSource source) {
      revisions = source;
      return this;
    }

    /** Namespace the gateway lives in: its rules and exportTo are read from there. */
    public Builder gatewayNamespace(String namespace) {
      client =
          new Client(
              namespace,
              client.workload(),
              client.labels(),
              client.rootNamespace(),
              client.hostHeaderFallback());
      return this;
    }

    /** Returns once what exists is served; routes and rules follow when their CRDs exist. */
    public MeshSimulator start() {
      return new MeshSimulator(this);
    }
  }
}
