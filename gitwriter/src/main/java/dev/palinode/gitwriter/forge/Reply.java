package dev.palinode.gitwriter.forge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.Passage;
import dev.palinode.gitwriter.plan.CommitMessage;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One HTTP answer of a host, and what it means, whichever host it is. */
record Reply(int status, HttpHeaders headers, byte[] body) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_WORDS = 500;

  /** Where a host wants a pause and does not say how long. */
  private static final Duration USUAL_PAUSE = Duration.ofSeconds(60);

  /** A host that asks for more is asked again all the same, once an hour. */
  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  Answer<JsonNode> meaning(String place, Credentials credentials, Instant now) {
    String words = CommitMessage.line(credentials.scrub(words()), MAX_WORDS);
    Optional<Duration> pause = pause(words, now);
    if (pause.isPresent()) {
      return new Answer.RetryAfter<>(
          pause.get(),
          "%s wants to be asked again in %d s: %s"
              .formatted(place, pause.get().toSeconds(), words));
    }
    if (status == 407) {
      return new Answer.Unauthorised<>(
          "%s does not let us through to %s: check %s"
              .formatted(
                  credentials
                      .passage()
                      .proxy()
                      .map(Passage.Proxy::toString)
                      .orElse("the platform's proxy"),
                  place,
                  credentials
                      .passage()
                      .proxy()
                      .map(Passage.Proxy::origin)
                      .orElse("its user and password")));
    }
    if (status == 401 || status == 403 || status == 203) {
      return new Answer.Unauthorised<>(
          "%s does not accept the credentials for this: check %s and its rights. It says: %s"
              .formatted(place, credentials.origin(), words));
    }
    if (status >= 500) {
      return new Answer.Unreachable<>("%s answered %d: %s".formatted(place, status, words));
    }
    if (status >= 300 && status < 400) {
      return new Answer.Refused<>(
          status,
          "%s answers with a redirect, which is not followed because it could carry the credentials away: correct pullRequest.apiUrl of the GitTarget"
              .formatted(place));
    }
    if (status >= 400) {
      return new Answer.Refused<>(status, words);
    }
    return parsed()
        .<Answer<JsonNode>>map(Answer::done)
        .orElseGet(() ->
            new Answer.Unreachable<>(
                "%s answered %d with something that is no whole JSON; if this lasts, correct pullRequest.apiUrl of the GitTarget"
                    .formatted(place, status)));
  }

  /** An empty body is a missing node, one that cannot be read is empty. */
  private Optional<JsonNode> parsed() {
    try {
      if (new String(body, StandardCharsets.UTF_8).isBlank()) {
        return Optional.of(MissingNode.getInstance());
      }
      JsonNode node = JSON.readTree(body);
      return node.isContainerNode() ? Optional.of(node) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** 429 and 503 with a time, and GitHub's 403 for its primary and secondary limits. */
  private Optional<Duration> pause(String words, Instant now) {
    boolean isLimited =
        status == 403
            && (headers.firstValue("retry-after").isPresent()
                || headers.firstValue("x-ratelimit-remaining").orElse("").equals("0")
                || words.toLowerCase(Locale.ROOT).contains("rate limit"));
    if (status == 429 || isLimited) {
      return Optional.of(bounded(told(now).orElse(USUAL_PAUSE)));
    }
    return status == 503 ? retryAfter(now).map(Reply::bounded) : Optional.empty();
  }

  private Optional<Duration> told(Instant now) {
    return retryAfter(now)
        .or(() -> reset("x-ratelimit-reset", now))
        .or(() -> reset("ratelimit-reset", now));
  }

  private Optional<Duration> retryAfter(Instant now) {
    Optional<String> text = headers.firstValue("retry-after");
    try {
      return text.map(t ->
          t.strip().matches("\\d{1,9}")
              ? Duration.ofSeconds(Long.parseLong(t.strip()))
              : Duration.between(
                  now, ZonedDateTime.parse(t.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private Optional<Duration> reset(String header, Instant now) {
    return headers
        .firstValue(header)
        .filter(t -> t.strip().matches("\\d{1,12}"))
        .map(t -> Duration.between(now, Instant.ofEpochSecond(Long.parseLong(t.strip()))));
  }

  private static Duration bounded(Duration wait) {
    Duration least = Duration.ofSeconds(1);
    return wait.compareTo(least) < 0
        ? least
        : wait.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : wait;
  }

  /** What the host says for people, wherever its kind of host puts it. */
  private String words() {
    Optional<JsonNode> node = parsed().filter(n -> !n.isMissingNode());
    if (node.isEmpty()) {
      return body.length == 0 ? "status " + status : "status " + status + ", and no JSON";
    }
    List<String> found = new ArrayList<>();
    collect(node.get(), found);
    return found.isEmpty() ? "status " + status : String.join("; ", found);
  }

  private static void collect(JsonNode node, List<String> found) {
    for (String name : List.of("message", "error", "error_description", "summaryMessage")) {
      JsonNode value = node.path(name);
      if (value.isTextual() && !value.textValue().isBlank()) {
        found.add(value.textValue());
      } else if (value.isContainerNode()) {
        value.forEach(v -> gather(v, found));
        collect(value, found);
      }
    }
    node.path("errors")
        .forEach(error -> {
          gather(error, found);
          if (error.isObject()) {
            collect(error, found);
          }
        });
  }

  private static void gather(JsonNode value, List<String> found) {
    if (value.isTextual() && !found.contains(value.textValue())) {
      found.add(value.textValue());
    }
  }
}
