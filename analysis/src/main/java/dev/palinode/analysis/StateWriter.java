package dev.palinode.analysis;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Numbers and texts as bytes, exact to the bit: what {@link StateReader} reads back. */
final class StateWriter {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** Eight bytes, so that a restart goes on with the very same double. */
  StateWriter number(double value) {
    long bits = Double.doubleToRawLongBits(value);
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes.write((int) (bits >>> shift));
    }
    return this;
  }

  StateWriter numbers(double[] values) {
    for (double value : values) {
      number(value);
    }
    return this;
  }

  /** A count, not negative: seven bits to the byte, so that small ones are short. */
  StateWriter count(long value) {
    if (value < 0) {
      throw new IllegalArgumentException("a count is not negative: " + value);
    }
    long rest = value;
    while (rest >= 0x80) {
      bytes.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    bytes.write((int) rest);
    return this;
  }

  StateWriter text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    count(utf8.length);
    bytes.writeBytes(utf8);
    return this;
  }

  StateWriter textOrNull(@Nullable String value) {
    flag(value != null);
    return value == null ? this : text(value);
  }

  StateWriter flag(boolean value) {
    return count(value ? 1 : 0);
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }

  /** All so far, and these at the end. */
  byte[] then(byte[] last) {
    bytes.writeBytes(last);
    return bytes();
  }
}
