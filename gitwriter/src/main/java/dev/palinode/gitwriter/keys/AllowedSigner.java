package dev.palinode.gitwriter.keys;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.jspecify.annotations.Nullable;

/**
 * One line of OpenSSH's allowed_signers: a key, and when it counts. Whose it is does not matter, as
 * with {@code git verify-commit}.
 *
 * @param from inclusive
 * @param until exclusive
 */
record AllowedSigner(PublicKey key, Instant from, Instant until) {
  private static final Pattern KEY =
      Pattern.compile("(?<type>(ssh|ecdsa|sk)-[a-z0-9@.-]+)\\s+(?<base64>[A-Za-z0-9+/=]+)(\\s.*)?");
  private static final Pattern PRINCIPALS =
      Pattern.compile("(\"[^\"]*\"|[^\\s\"]+)\\s+(?<rest>.*)");

  /** Options up to the first blank that stands in no quotes. */
  private static final Pattern OPTIONS =
      Pattern.compile("(?<options>([^\\s\"]|\"[^\"]*\")+)\\s+(?<rest>.*)");

  private static final Pattern OPTION =
      Pattern.compile("(?<name>[A-Za-z-]+)(=\"(?<value>[^\"]*)\")?(,|$)");
  private static final Pattern TIME = Pattern.compile("(\\d{8}|\\d{12}|\\d{14})(Z?)");

  /** What is wrong with a line; says nothing of its key. */
  private static final class Odd extends Exception {
    private static final long serialVersionUID = 1L;

    Odd(String message) {
      super(message);
    }
  }

  /**
   * @param named true if lines begin with principals
   * @param into where the signers go
   * @return what is wrong with the text, as the end of a sentence that begins with its name
   */
  static Optional<String> read(String text, boolean named, List<AllowedSigner> into) {
    List<String> lines = text.lines().map(String::strip).toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      try {
        into.add(named ? signer(line) : new AllowedSigner(key(line), Instant.MIN, Instant.MAX));
      } catch (Odd e) {
        return Optional.of("line " + (i + 1) + " " + e.getMessage());
      }
    }
    return Optional.empty();
  }

  private static AllowedSigner signer(String line) throws Odd {
    Matcher principals = PRINCIPALS.matcher(line);
    if (!principals.matches()) {
      throw new Odd("is no signer: write PRINCIPAL KEY-TYPE KEY");
    }
    String rest = principals.group("rest").strip();
    if (KEY.matcher(rest).matches()) {
      return new AllowedSigner(key(rest), Instant.MIN, Instant.MAX);
    }
    Matcher options = OPTIONS.matcher(rest);
    if (!options.matches()) {
      throw new Odd("is no signer: write PRINCIPAL KEY-TYPE KEY");
    }
    Instant from = Instant.MIN;
    Instant until = Instant.MAX;
    Matcher option = OPTION.matcher(options.group("options"));
    int end = 0;
    while (option.lookingAt() && end < option.regionEnd()) {
      String value = Optional.<String>ofNullable(option.group("value")).orElse("");
      switch (option.group("name")) {
        case "namespaces" -> {
          if (!List.of(value.split(",")).contains("git")) {
            throw new Odd("is not for git: add git to its namespaces, or take the line out");
          }
        }
        case "valid-after" -> from = time(value);
        case "valid-before" -> until = time(value);
        case "cert-authority" ->
            throw new Odd("trusts an authority, which is not supported: name the keys themselves");
        default -> throw new Odd("has an option that is not known here: take it out");
      }
      end = option.end();
      option.region(end, option.regionEnd());
    }
    if (end < options.group("options").length()) {
      throw new Odd("has options that cannot be read: take them out, or put values in quotes");
    }
    return new AllowedSigner(key(options.group("rest").strip()), from, until);
  }

  private static PublicKey key(String text) throws Odd {
    Matcher parts = KEY.matcher(text);
    if (parts.matches()) {
      try {
        @Nullable PublicKey key =
            PublicKeyEntry.parsePublicKeyEntry(parts.group("type") + " " + parts.group("base64"))
                .resolvePublicKey(null, Map.of(), PublicKeyEntryResolver.IGNORING);
        if (key != null && SshSigner.algorithm(key).isPresent()) {
          return key;
        }
        throw new Odd("has a key of a kind that is not supported: use ed25519, RSA or ECDSA");
      } catch (IOException | GeneralSecurityException | RuntimeException e) {
        throw new Odd("has a key that cannot be read: put the public key in whole");
      }
    }
    throw new Odd("has no ssh public key: write KEY-TYPE KEY as in a .pub file");
  }

  /** As ssh-keygen(1) has it, in UTC. */
  private static Instant time(String text) throws Odd {
    Matcher parts = TIME.matcher(text);
    if (!parts.matches()) {
      throw new Odd("has a time that cannot be read: write YYYYMMDD or YYYYMMDDHHMM");
    }
    try {
      String digits = (parts.group(1) + "000000").substring(0, 14);
      return LocalDateTime.parse(digits, DateTimeFormatter.ofPattern("uuuuMMddHHmmss"))
          .toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      throw new Odd("has a time that cannot be read: write YYYYMMDD or YYYYMMDDHHMM");
    }
  }

  boolean isValid(Instant at) {
    return !at.isBefore(from) && at.isBefore(until);
  }

  static List<AllowedSigner> of(PublicKey key, List<AllowedSigner> all) {
    List<AllowedSigner> found = new ArrayList<>();
    for (AllowedSigner signer : all) {
      if (KeyUtils.compareKeys(signer.key, key)) {
        found.add(signer);
      }
    }
    return found;
  }
}
