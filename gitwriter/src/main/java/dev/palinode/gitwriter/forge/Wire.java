package dev.palinode.gitwriter.forge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.palinode.gitwriter.Credentials;
import dev.palinode.gitwriter.plan.CommitMessage;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import javax.net.ssl.SSLException;

/** The few things that all hosts' JSON and urls have in common. */
final class Wire {
  private static final int MAX_REASON = 300;

  private Wire() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static ArrayNode array(Collection<String> texts) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    texts.forEach(array::add);
    return array;
  }

  /** For a part of a path or the value of a query: spaces as %20, slashes as %2F. */
  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Each entry of a list; what is no list has none. */
  static <T> List<T> each(JsonNode list, Function<JsonNode, Optional<T>> read) {
    List<T> all = new ArrayList<>();
    list.forEach(node -> read.apply(node).ifPresent(all::add));
    return List.copyOf(all);
  }

  static Optional<String> text(JsonNode node) {
    return node.isTextual() && !node.textValue().isBlank()
        ? Optional.of(node.textValue())
        : Optional.empty();
  }

  static boolean says(String words, String part) {
    return words.toLowerCase(Locale.ROOT).contains(part);
  }

  /**
   * What ended a connection: its kind, and for TLS and proxies their words, which say what to do.
   */
  static String reason(ExecutionException failed, Credentials shown) {
    Throwable cause = Optional.<Throwable>ofNullable(failed.getCause()).orElse(failed);
    String kind = cause.getClass().getSimpleName();
    String words = String.valueOf(cause.getMessage());
    boolean isTold = cause instanceof SSLException || says(words, "proxy");
    return isTold ? kind + ": " + CommitMessage.line(shown.scrub(words), MAX_REASON) : kind;
  }

  static String cut(String text, int max) {
    return text.length() <= max ? text : text.substring(0, max - 1) + "…";
  }

  /** The open one among them, or that there is none although the host spoke of one. */
  static Answer<PullRequest> openOne(List<PullRequest> found, Answer<PullRequest> otherwise) {
    return found.stream()
        .filter(p -> p.state() == PullRequest.State.Open)
        .reduce((newer, older) -> older)
        .map(Answer::done)
        .orElse(otherwise);
  }
}
