package dev.palinode.controller.app;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.extension.ResponseDefinitionTransformerV2;
import com.github.tomakehurst.wiremock.http.FormParameter;
import com.github.tomakehurst.wiremock.http.ResponseDefinition;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * Istio's counters of a service with three pods, scraped each 15 seconds: the candidate's takes a
 * quarter of the requests.
 *
 * @param begin when the candidate began, in seconds
 * @param bad of a thousand requests of the candidate; one of stable's
 */
record PastPrometheus(long begin, int bad) implements ResponseDefinitionTransformerV2 {
  static final String CANDIDATE = "checkout-new-aa";
  private static final List<String> STABLE = List.of("checkout-old-aa", "checkout-old-bb");
  private static final int SCRAPE = 15;
  private static final int HOUR = 3_600;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern RAW = Pattern.compile("(.*)\\[(\\d+)ms]");

  @Override
  public String getName() {
    return "past-prometheus";
  }

  @Override
  public ResponseDefinition transform(ServeEvent event) {
    Map<String, FormParameter> form = event.getRequest().formParameters();
    String query = form.get("query").firstValue();
    Matcher raw = RAW.matcher(query);
    List<Object> result;
    if (raw.matches()) {
      long to = seconds(form, "time");
      result = counters(raw.group(1), to - Long.parseLong(raw.group(2)) / 1000, to);
    } else {
      result =
          query.startsWith("group by (pod)")
              ? pods(seconds(form, "start"), seconds(form, "end"))
              : List.of();
    }
    try {
      return new ResponseDefinitionBuilder()
          .withStatus(200)
          .withBody(
              JSON.writeValueAsString(
                  Map.of(
                      "status",
                      "success",
                      "data",
                      Map.of("resultType", "matrix", "result", result))))
          .build();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static long seconds(Map<String, FormParameter> form, String name) {
    return new BigDecimal(form.get(name).firstValue()).longValue();
  }

  private List<Object> counters(String selector, long after, long to) {
    List<Object> all = new ArrayList<>();
    all.addAll(counters(selector, CANDIDATE, begin, 25, bad, after, to));
    for (String pod : STABLE) {
      all.addAll(counters(selector, pod, begin - HOUR, 37, 1, after, to));
    }
    return all;
  }

  private List<Object> counters(
      String selector, String pod, long from, int perSecond, int badOnes, long after, long to) {
    List<Object> all = new ArrayList<>();
    if (!selector.contains("response_code=~\"5..\"")) {
      all.add(series(pod, "200", from, perSecond * (1_000L - badOnes), after, to));
    }
    all.add(series(pod, "503", from, perSecond * (long) badOnes, after, to));
    return all;
  }

  private Map<String, Object> series(
      String pod, String code, long from, long perThousandSeconds, long after, long to) {
    return Map.of(
        "metric",
        Map.of(
            "__name__",
            "istio_requests_total",
            "reporter",
            "destination",
            "response_code",
            code,
            "pod",
            pod,
            "instance",
            pod + ":15020",
            "destination_service_namespace",
            "shop",
            "destination_service_name",
            "checkout"),
        "values",
        scrapes(Math.max(after + 1, from + SCRAPE), Math.min(to, begin + HOUR))
            .mapToObj(t -> List.of(t, String.valueOf((t - from) * perThousandSeconds / 1_000)))
            .toList());
  }

  private static LongStream scrapes(long from, long to) {
    return LongStream.rangeClosed(Math.ceilDiv(from, SCRAPE), Math.floorDiv(to, SCRAPE))
        .map(i -> i * SCRAPE);
  }

  private List<Object> pods(long from, long to) {
    List<Object> all = new ArrayList<>();
    for (String pod : List.of(CANDIDATE, STABLE.get(0), STABLE.get(1))) {
      long first = pod.equals(CANDIDATE) ? begin : from;
      all.add(
          Map.of(
              "metric",
              Map.of("pod", pod),
              "values",
              LongStream.iterate(from, t -> t <= to, t -> t + 60)
                  .filter(t -> t >= first)
                  .mapToObj(t -> List.of(t, "1"))
                  .toList()));
    }
    return all;
  }
}
