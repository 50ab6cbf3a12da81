package dev.palinode.analysis;

/**
 * What a question to the metric store brought back. A refused question is the question's fault and
 * makes its metric {@code Invalid}; an unreadable store says nothing about anything.
 */
public sealed interface Answer<T> {
  /** The store answered in full; "nothing there" is an empty list. */
  record Known<T>(T value) implements Answer<T> {}

  /**
   * The store understood the request and will not carry it out; {@code reason} is its own words.
   */
  record Refused<T>(String reason) implements Answer<T> {}

  /** The store could not be read; {@code reason} is fit for a person and holds no secret. */
  record Unreadable<T>(String reason) implements Answer<T> {}
}
