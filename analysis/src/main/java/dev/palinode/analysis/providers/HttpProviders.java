package dev.palinode.analysis.providers;

import dev.palinode.analysis.Answer;
import dev.palinode.analysis.Counted;
import dev.palinode.analysis.Inquiry;
import dev.palinode.analysis.Provider;
import dev.palinode.analysis.Providers;
import dev.palinode.analysis.Sample;
import dev.palinode.analysis.http.Asker;
import dev.palinode.analysis.http.Asker.Patience;
import dev.palinode.analysis.http.AskingListener;
import dev.palinode.crds.MetricProvider.Graphite;
import dev.palinode.crds.MetricProvider.Webhook;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Speaks to the providers that templates name. Redirects are not followed, and of what a server
 * sends only numbers are passed on: a template's author learns nothing of a server that only the
 * controller can reach but whether it answers.
 */
public final class HttpProviders implements AutoCloseable {
  /** Servers whose troubles are remembered; more are started over with. */
  private static final int MOST = 200;

  private final HttpClient client;
  private final Patience patience;
  private final Token token;
  private final AskingListener listener;
  private final Map<String, Asker> askers = new ConcurrentHashMap<>();

  public HttpProviders(Patience patience, Token token, AskingListener listener) {
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(patience.deadline())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    this.patience = patience;
    this.token = token;
    this.listener = listener;
  }

  /** Those of one Canary. */
  public Providers about(String canary) {
    return spec -> {
      Webhook webhook = spec.webhook();
      Graphite graphite = spec.graphite();
      try {
        if (webhook != null) {
          URI url = URI.create(webhook.url());
          return new WebhookProvider(canary, url, asker("The webhook", url), token);
        }
        if (graphite != null) {
          URI url = URI.create(graphite.url());
          return new GraphiteProvider(url, asker("Graphite", url), token);
        }
      } catch (IllegalArgumentException e) {
        return new Nobody("the provider's url is no web address; correct it in the template");
      }
      return new Nobody("the provider is neither a webhook nor graphite");
    };
  }

  private Asker asker(String kind, URI url) {
    String place = url.getAuthority();
    if (place == null) {
      throw new IllegalArgumentException("a url without a host");
    }
    if (askers.size() >= MOST) {
      askers.clear();
    }
    return askers.computeIfAbsent(
        kind + ' ' + place, _ -> new Asker(kind, place, client, patience, listener));
  }

  /** Stands where none is. */
  private record Nobody(String why) implements Provider {
    @Override
    public Answer<List<Sample>> value(Inquiry inquiry) {
      return new Answer.Refused<>(why);
    }

    @Override
    public Answer<Optional<Counted>> counts(Inquiry inquiry) {
      return new Answer.Refused<>(why);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
    client.close();
  }
}
