package dev.palinode.analysis;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What {@link StateWriter} wrote, in the same order. Throws {@link Unreadable} on anything else.
 */
final class StateReader {
  /** Not bytes that this version wrote. */
  static final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unreadable(String message) {
      super(message);
    }
  }

  private final ByteBuffer bytes;

  StateReader(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes);
  }

  double number() {
    try {
      return Double.longBitsToDouble(bytes.getLong());
    } catch (BufferUnderflowException e) {
      throw cut();
    }
  }

  /** Fills the array. */
  void numbers(double[] into) {
    for (int i = 0; i < into.length; i++) {
      into[i] = number();
    }
  }

  long count() {
    long value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      if (!bytes.hasRemaining()) {
        throw cut();
      }
      byte next = bytes.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new Unreadable("a count is too long");
  }

  /** A count that something is made as large as. */
  int size(int most) {
    long size = count();
    if (size > most) {
      throw new Unreadable("%d of something of which there are at most %d".formatted(size, most));
    }
    return (int) size;
  }

  String text() {
    return new String(bytes(count()), StandardCharsets.UTF_8);
  }

  byte[] bytes(long length) {
    if (length > bytes.remaining()) {
      throw cut();
    }
    byte[] some = new byte[(int) length];
    bytes.get(some);
    return some;
  }

  @Nullable String textOrNull() {
    return flag() ? text() : null;
  }

  boolean flag() {
    return count() != 0;
  }

  /** Nothing may be left over. */
  void end() {
    if (bytes.hasRemaining()) {
      throw new Unreadable(bytes.remaining() + " bytes too many");
    }
  }

  private static Unreadable cut() {
    return new Unreadable("the bytes end too early");
  }
}
