package dev.palinode.analysis.providers;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.palinode.analysis.Answer;
import dev.palinode.analysis.http.Asker;
import java.io.IOException;
import java.util.function.Function;

/** What a provider's reply over HTTP means before anybody looks into it. */
final class JsonReply {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private JsonReply() {}

  /**
   * @param use of the whole text as a tree; of a missing node where there is no text
   */
  static <T> Answer<T> read(Asker asker, Asker.Reply reply, Function<JsonNode, Answer<T>> use) {
    return switch (reply) {
      case Asker.Reply.Silent(var reason) -> new Answer.Unreadable<>(reason);
      case Asker.Reply.Answered(var status, var body) ->
          switch (status) {
            case 200 -> parsed(asker, body, use);
            case 400, 422 ->
                new Answer.Refused<>(
                    "%s refuses the question (%d); correct it in the AnalysisTemplate"
                        .formatted(asker.who(), status));
            case 401, 403 ->
                new Answer.Unreadable<>(
                    "%s refuses the credential (%d); see providers.token-file and .token-url"
                        .formatted(asker.who(), status));
            default ->
                new Answer.Unreadable<>(
                    "%s answers with status %d; is its url right?".formatted(asker.who(), status));
          };
    };
  }

  private static <T> Answer<T> parsed(Asker asker, byte[] body, Function<JsonNode, Answer<T>> use) {
    try {
      return use.apply(JSON.readTree(body));
    } catch (IOException e) {
      return malformed(asker, "the answer is no JSON or is cut off");
    }
  }

  static <T> Answer<T> malformed(Asker asker, String what) {
    return new Answer.Unreadable<>(asker.who() + ": " + what);
  }
}
