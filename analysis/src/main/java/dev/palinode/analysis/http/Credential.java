package dev.palinode.analysis.http;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How requests prove who they come from. Secrets are asked for anew each time and never printed.
 */
public sealed interface Credential {
  /** None at all. */
  record Anonymous() implements Credential {}

  /** A token, such as that of a service account, which is replaced every hour. */
  record Bearer(Supplier<String> token) implements Credential {
    @Override
    public String toString() {
      return "Bearer[hidden]";
    }
  }

  /** Name and password. */
  record Basic(String user, Supplier<String> password) implements Credential {
    @Override
    public String toString() {
      return "Basic[" + user + ", hidden]";
    }
  }

  /** Value of the header {@code Authorization}. */
  default Optional<String> header() {
    return switch (this) {
      case Anonymous() -> Optional.empty();
      case Bearer(var token) -> Optional.of("Bearer " + token.get().strip());
      case Basic(var user, var password) ->
          Optional.of(
              "Basic "
                  + Base64.getEncoder()
                      .encodeToString(
                          (user + ':' + password.get()).getBytes(StandardCharsets.UTF_8)));
    };
  }
}
