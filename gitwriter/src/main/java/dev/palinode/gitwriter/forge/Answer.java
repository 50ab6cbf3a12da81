package dev.palinode.gitwriter.forge;

import java.time.Duration;
import java.util.function.Function;

/** How a host of repositories answered. Nothing here throws, and no text holds a credential. */
public sealed interface Answer<T> {
  /** It did what it was asked. */
  record Done<T>(T value) implements Answer<T> {}

  /**
   * It said no, in its own words.
   *
   * @param status the HTTP status
   */
  record Refused<T>(int status, String words) implements Answer<T> {}

  /** It wants to be left alone for a while. */
  record RetryAfter<T>(Duration pause, String words) implements Answer<T> {}

  /** It does not accept the credentials, or they lack a right. */
  record Unauthorised<T>(String words) implements Answer<T> {}

  /** It gave no usable answer; what was asked may have happened or not. */
  record Unreachable<T>(String words) implements Answer<T> {}

  /** The value of a call that has none. */
  enum Ack {
    ACK
  }

  static <T> Answer<T> done(T value) {
    return new Done<>(value);
  }

  /** Goes on with what was done; anything else stays what it is. */
  default <R> Answer<R> then(Function<T, Answer<R>> next) {
    return switch (this) {
      case Done<T>(var value) -> next.apply(value);
      case Refused<T>(var status, var words) -> new Refused<>(status, words);
      case RetryAfter<T>(var pause, var words) -> new RetryAfter<>(pause, words);
      case Unauthorised<T>(var words) -> new Unauthorised<>(words);
      case Unreachable<T>(var words) -> new Unreachable<>(words);
    };
  }

  default <R> Answer<R> map(Function<T, R> change) {
    return then(value -> done(change.apply(value)));
  }

  /** The same, without the value. */
  default Answer<Ack> ack() {
    return map(_ -> Ack.ACK);
  }
}
