package dev.palinode.analysis.prometheus;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;

import com.github.tomakehurst.wiremock.WireMockServer;
import dev.palinode.analysis.MetricSource;
import dev.palinode.analysis.MetricSourceContract;
import dev.palinode.analysis.Series;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** The adapter over HTTP, against a server that answers from the store in memory. */
class PrometheusContractTest extends MetricSourceContract {
  private final List<AutoCloseable> open = new ArrayList<>();

  @Override
  protected MetricSource source(List<Series> stored, List<Double> values) {
    var server =
        new WireMockServer(
            wireMockConfig()
                .dynamicPort()
                .extensions(new SmallPrometheus(inMemory(stored, values))));
    server.start();
    server.stubFor(any(anyUrl()).willReturn(ok()));
    open.add(server::stop);
    var source = new PrometheusSource(PrometheusSettings.of(URI.create(server.baseUrl())));
    open.add(source);
    return source;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }
}
