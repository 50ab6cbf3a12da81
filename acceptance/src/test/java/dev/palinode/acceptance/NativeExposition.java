package dev.palinode.acceptance;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;

/**
 * One native histogram as a pod exposes it to Prometheus: a length and a {@code MetricFamily} of
 * io.prometheus.client's metrics.proto. The text format has no native histograms.
 */
final class NativeExposition {
  static final String CONTENT_TYPE =
      "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily;"
          + " encoding=delimited";

  private static final int VARINT = 0;
  private static final int EIGHT_BYTES = 1;
  private static final int BYTES = 2;
  private static final int HISTOGRAM = 4;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private NativeExposition() {}

  /**
   * @param buckets by index: i holds what lies above 2^((i-1) 2^-schema) up to 2^(i 2^-schema); no
   *     gaps
   */
  static byte[] of(
      String name, Map<String, String> labels, int schema, SortedMap<Integer, Long> buckets) {
    NativeExposition histogram = new NativeExposition();
    histogram.number(1, buckets.values().stream().mapToLong(Long::longValue).sum());
    histogram.real(2, 1);
    histogram.number(5, zigzag(schema));
    histogram.real(6, 0x1p-128);
    histogram.number(7, 0);
    NativeExposition span = new NativeExposition();
    span.number(1, zigzag(buckets.firstKey()));
    span.number(2, buckets.size());
    histogram.part(12, span);
    long before = 0;
    for (long count : buckets.values()) {
      histogram.number(13, zigzag(count - before));
      before = count;
    }
    NativeExposition metric = new NativeExposition();
    labels.forEach((label, value) -> {
      NativeExposition pair = new NativeExposition();
      pair.text(1, label);
      pair.text(2, value);
      metric.part(1, pair);
    });
    metric.part(7, histogram);
    NativeExposition family = new NativeExposition();
    family.text(1, name);
    family.number(3, HISTOGRAM);
    family.part(4, metric);
    NativeExposition delimited = new NativeExposition();
    delimited.varint(family.bytes.size());
    delimited.bytes.writeBytes(family.bytes.toByteArray());
    return delimited.bytes.toByteArray();
  }

  private static long zigzag(long value) {
    return (value << 1) ^ (value >> 63);
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    bytes.write((int) rest);
  }

  private void field(int number, int type) {
    varint((long) number << 3 | type);
  }

  private void number(int field, long value) {
    field(field, VARINT);
    varint(value);
  }

  private void real(int field, double value) {
    field(field, EIGHT_BYTES);
    bytes.writeBytes(
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(value).array());
  }

  private void text(int field, String value) {
    field(field, BYTES);
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    varint(utf8.length);
    bytes.writeBytes(utf8);
  }

  private void part(int field, NativeExposition part) {
    field(field, BYTES);
    varint(part.bytes.size());
    bytes.writeBytes(part.bytes.toByteArray());
  }
}
