package dev.palinode.gitwriter.edit;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What readers take a plain scalar for. They disagree: {@code yes} is text to YAML 1.2 and a
 * boolean to YAML 1.1 and to go-yaml, which kubectl, kustomize, Flux and Argo CD read with. An edit
 * keeps both readings.
 *
 * @param core by the core schema of YAML 1.2.2, section 10.3.2
 * @param legacy by the types of YAML 1.1 (yaml.org/type) and go-yaml's resolver together
 */
public record Reading(Type core, Type legacy) {
  /** Kinds of scalars. */
  public enum Type {
    Text,
    Integer,
    Decimal,
    Bool,
    Null,
    Timestamp,
    /** {@code <<} and {@code =}. */
    Sign
  }

  /** What a quoted or block scalar is to everybody. */
  public static final Reading TEXT = new Reading(Type.Text, Type.Text);

  private static final Pattern NULL = Pattern.compile("~|null|Null|NULL|");
  private static final Pattern BOOL = Pattern.compile("true|True|TRUE|false|False|FALSE");
  private static final Pattern OLD_BOOL =
      Pattern.compile("[yYnN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF");
  private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+");
  private static final Pattern OLD_INTEGER =
      Pattern.compile(
          "[-+]?(0b[01_]+|0o?[0-7_]+|0|[1-9][0-9_]*|0[xX][0-9a-fA-F_]+|[1-9][0-9_]*(:[0-5]?[0-9])+)");
  private static final Pattern SPECIAL = Pattern.compile("[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");
  private static final Pattern DECIMAL =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  private static final Pattern OLD_DECIMAL =
      Pattern.compile(
          "[-+]?(\\.[0-9][0-9_]*|[0-9][0-9_]*(\\.[0-9_]*)?)([eE][-+]?[0-9]+)?"
              + "|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\\.[0-9_]*");
  private static final Pattern TIMESTAMP =
      Pattern.compile("[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(([Tt]|[ \\t]+)[0-9].*)?");
  private static final Pattern JSON =
      Pattern.compile("null|true|false|-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?");

  /** How {@code text} is read when it stands without quotes. */
  public static Reading of(String text) {
    return text.length() > 256 ? TEXT : new Reading(core(text), legacy(text));
  }

  private static Type core(String text) {
    if (NULL.matcher(text).matches()) {
      return Type.Null;
    }
    if (BOOL.matcher(text).matches()) {
      return Type.Bool;
    }
    if (INTEGER.matcher(text).matches()) {
      return Type.Integer;
    }
    return DECIMAL.matcher(text).matches() || SPECIAL.matcher(text).matches()
        ? Type.Decimal
        : Type.Text;
  }

  private static Type legacy(String text) {
    if (OLD_BOOL.matcher(text).matches()) {
      return Type.Bool;
    }
    if (text.equals("<<") || text.equals("=")) {
      return Type.Sign;
    }
    if (OLD_INTEGER.matcher(text).matches()) {
      return Type.Integer;
    }
    if (OLD_DECIMAL.matcher(text).matches()) {
      return Type.Decimal;
    }
    if (TIMESTAMP.matcher(text).matches()) {
      return Type.Timestamp;
    }
    return core(text);
  }

  /** What a new text in this one's place is to be read as: a date makes room for other text. */
  Reading keptBy(String text) {
    return legacy == Type.Timestamp && !of(text).equals(this) ? TEXT : this;
  }

  /** True if JSON has this literal too (RFC 8259, sections 3 and 6). */
  static boolean isJson(String text) {
    return text.length() <= 256 && JSON.matcher(text).matches();
  }

  /** In words, for a person. */
  String words() {
    return equals(TEXT)
        ? "text"
        : core == legacy
            ? core.name().toLowerCase(Locale.ROOT)
            : "%s to YAML 1.2, %s to YAML 1.1"
                .formatted(
                    core.name().toLowerCase(Locale.ROOT), legacy.name().toLowerCase(Locale.ROOT));
  }
}
