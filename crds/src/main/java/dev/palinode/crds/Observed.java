package dev.palinode.crds;

import java.util.Optional;
import java.util.function.Function;

/**
 * What a read of the outside world brought back. "There is none" and "could not look" are different
 * answers and lead to different decisions, so the compiler makes every reader give both.
 */
public sealed interface Observed<T> {
  /** The thing was read. */
  record Known<T>(T value) implements Observed<T> {}

  /** The place was read, and the thing is not there. */
  record Missing<T>() implements Observed<T> {}

  /** The place could not be read; {@code reason} is fit for a person. */
  record Unreadable<T>(String reason) implements Observed<T> {}

  static <T> Observed<T> known(T value) {
    return new Known<>(value);
  }

  static <T> Observed<T> missing() {
    return new Missing<>();
  }

  static <T> Observed<T> unreadable(String reason) {
    return new Unreadable<>(reason);
  }

  /**
   * The value if it was read; an empty answer says nothing about which of the other two cases
   * holds.
   */
  default Optional<T> known() {
    return switch (this) {
      case Known<T>(var v) -> Optional.of(v);
      case Missing<T> _, Unreadable<T> _ -> Optional.empty();
    };
  }

  default boolean isMissing() {
    return this instanceof Missing<T>;
  }

  default boolean isUnreadable() {
    return this instanceof Unreadable<T>;
  }

  default <R> Observed<R> map(Function<? super T, ? extends R> f) {
    return switch (this) {
      case Known<T>(var v) -> new Known<>(f.apply(v));
      case Missing<T> _ -> new Missing<>();
      case Unreadable<T>(var reason) -> new Unreadable<>(reason);
    };
  }
}
