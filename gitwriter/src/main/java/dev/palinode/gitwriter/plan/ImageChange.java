package dev.palinode.gitwriter.plan;

import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.edit.Outline;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** An image that a release changed, and the values that can have brought it. */
record ImageChange(Reference bad, Reference good) {
  /** Parts of an image reference that values files hold apart. */
  enum Piece {
    Name,
    Tag,
    Digest
  }

  /** {@code name:tag@digest}; an absent piece is empty. */
  record Reference(String name, String tag, String digest) {
    static Reference of(String image) {
      int at = image.indexOf('@');
      String digest = at < 0 ? "" : image.substring(at + 1);
      String rest = at < 0 ? image : image.substring(0, at);
      int colon = rest.indexOf(':', rest.lastIndexOf('/') + 1);
      return colon < 0
          ? new Reference(rest, "", digest)
          : new Reference(rest.substring(0, colon), rest.substring(colon + 1), digest);
    }

    String piece(Piece piece) {
      return switch (piece) {
        case Name -> name;
        case Tag -> tag;
        case Digest -> digest;
      };
    }

    @Override
    public String toString() {
      return name + (tag.isEmpty() ? "" : ":" + tag) + (digest.isEmpty() ? "" : "@" + digest);
    }
  }

  /** The images that differ between what failed and what was good, of containers in both. */
  static List<ImageChange> of(Intent intent) {
    List<ImageChange> changes = new ArrayList<>();
    intent
        .failed()
        .images()
        .forEach((container, failed) -> {
          String good = intent.lastGood().images().get(container);
          if (good != null && !good.equals(failed)) {
            changes.add(new ImageChange(Reference.of(failed), Reference.of(good)));
          }
        });
    return changes;
  }

  /** What differs. */
  Set<Piece> pieces() {
    Set<Piece> pieces = EnumSet.noneOf(Piece.class);
    for (Piece piece : Piece.values()) {
      if (!bad.piece(piece).equals(good.piece(piece))) {
        pieces.add(piece);
      }
    }
    return pieces;
  }

  /** What of it a value brings that was {@code from} in the bad release and {@code to} before. */
  Set<Piece> broughtBy(Outline.Change change) {
    String from = change.from().text();
    String to = change.to().text();
    if (isWhole(from, to)) {
      return pieces();
    }
    Set<Piece> brought = EnumSet.noneOf(Piece.class);
    for (Piece piece : pieces()) {
      if (!from.isEmpty() && from.equals(bad.piece(piece)) && to.equals(good.piece(piece))) {
        brought.add(piece);
      }
    }
    return brought;
  }

  /** {@code image}, {@code alias=image}, or the image without its registry, on both sides alike. */
  private boolean isWhole(String from, String to) {
    int sign = from.indexOf('=') + 1;
    if (!from.regionMatches(0, to, 0, sign)) {
      return false;
    }
    String failed = from.substring(sign);
    String before = to.substring(sign);
    String whole = bad.toString();
    if (failed.equals(whole)) {
      return before.equals(good.toString());
    }
    String registry =
        whole.endsWith("/" + failed) ? whole.substring(0, whole.length() - failed.length()) : "";
    boolean hasTag = failed.contains(":") || failed.contains("@");
    return !registry.isEmpty() && hasTag && good.toString().equals(registry + before);
  }

  /** True if a value beside the tag can be the name of this image, with or without its registry. */
  boolean isNamed(String text) {
    return bad.name().equals(text) || bad.name().endsWith("/" + text);
  }
}
