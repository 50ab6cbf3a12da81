package dev.palinode.controller.workload;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Identifies a pod template by what it says: sha256 over its JSON with sorted keys and without the
 * label that the Deployment controller adds. An absent field and a null one say the same.
 */
public final class TemplateDigest {
  /** Added to the template by whoever makes a ReplicaSet of it. */
  static final String HASH_LABEL = "pod-template-hash";

  private static final String PREFIX = "sha256:";
  private static final int HASH_LENGTH = 10;
  private static final int LABEL_LENGTH = 40;
  private static final ObjectMapper JSON = new ObjectMapper();

  private TemplateDigest() {}

  /** Of a pod template as the API server gives it. */
  public static String of(Map<String, ?> template) {
    Map<String, Object> plain = sorted(template);
    // A template whose only label was the hash, or that has no metadata at all, is the same one.
    if (plain.get("metadata") instanceof Map<?, ?> metadata) {
      if (metadata.get("labels") instanceof Map<?, ?> labels) {
        labels.remove(HASH_LABEL);
        if (labels.isEmpty()) {
          metadata.remove("labels");
        }
      }
      if (metadata.isEmpty()) {
        plain.remove("metadata");
      }
    }
    return PREFIX + sha256(canonical(plain));
  }

  /** Short enough for names and for the label {@code pod-template-hash}. */
  public static String hash(String digest) {
    return hex(digest).substring(0, HASH_LENGTH);
  }

  /** As much of it as fits into a label beside nothing else. */
  public static String label(String digest) {
    return hex(digest).substring(0, LABEL_LENGTH);
  }

  static String sha256(String text) {
    try {
      byte[] sum =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sum);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String hex(String digest) {
    if (!digest.startsWith(PREFIX) || digest.length() < PREFIX.length() + LABEL_LENGTH) {
      throw new IllegalArgumentException("not a template digest: " + digest);
    }
    return digest.substring(PREFIX.length());
  }

  private static String canonical(Map<String, Object> sorted) {
    try {
      return JSON.writeValueAsString(sorted);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a template that came as JSON is JSON", e);
    }
  }

  private static Map<String, Object> sorted(Map<?, ?> fields) {
    Map<String, Object> all = new TreeMap<>();
    fields.forEach((key, value) -> {
      Object plain = plain(value);
      if (plain != null) {
        all.put(String.valueOf(key), plain);
      }
    });
    return all;
  }

  private static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof Map<?, ?> fields) {
      return sorted(fields);
    }
    if (value instanceof List<?> items) {
      return items.stream().map(TemplateDigest::plain).toList();
    }
    return value;
  }
}
