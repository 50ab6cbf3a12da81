package dev.palinode.gitwriter.keys;

import dev.palinode.gitwriter.CommitVerifier;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bouncycastle.openpgp.PGPPublicKeyRing;

/** The keys of those whose commits are trusted, ssh and OpenPGP alike. */
public final class TrustedKeys implements CommitVerifier {
  private static final String ALLOWED_SIGNERS = "allowed_signers";

  private final List<AllowedSigner> signers;
  private final List<PGPPublicKeyRing> rings;

  private TrustedKeys(List<AllowedSigner> signers, List<PGPPublicKeyRing> rings) {
    this.signers = List.copyOf(signers);
    this.rings = List.copyOf(rings);
  }

  /** Keys, or why there are none. */
  public sealed interface Read {
    record Usable(CommitVerifier verifier) implements Read {}

    /** {@code problem} is the end of a sentence that begins with the place of the texts. */
    record Wrong(String problem) implements Read {}
  }

  /**
   * @param texts by name: {@code allowed_signers} as OpenSSH has it, {@code *.pub} with an ssh key
   *     a line, {@code *.asc} with exported OpenPGP public keys; other names count for nothing
   */
  public static Read read(Map<String, byte[]> texts) {
    List<AllowedSigner> signers = new ArrayList<>();
    List<PGPPublicKeyRing> rings = new ArrayList<>();
    SortedMap<String, byte[]> inOrder = new TreeMap<>(texts);
    for (Map.Entry<String, byte[]> text : inOrder.entrySet()) {
      String name = text.getKey();
      String content = new String(text.getValue(), StandardCharsets.UTF_8);
      Optional<String> problem = Optional.empty();
      if (name.equals(ALLOWED_SIGNERS) || name.endsWith(".pub")) {
        problem = AllowedSigner.read(content, name.equals(ALLOWED_SIGNERS), signers);
      } else if (name.endsWith(".asc")) {
        problem = PgpTrust.read(text.getValue(), rings);
      }
      if (problem.isPresent()) {
        return new Read.Wrong(name + " " + problem.get());
      }
    }
    return signers.isEmpty() && rings.isEmpty()
        ? new Read.Wrong(
            "holds no public key: add allowed_signers, or ssh keys as NAME.pub, or exported OpenPGP"
                + " public keys as NAME.asc")
        : new Read.Usable(new TrustedKeys(signers, rings));
  }

  @Override
  public Optional<String> problem(byte[] commit, byte[] signature, Instant at) {
    String armour = new String(signature, StandardCharsets.US_ASCII);
    if (armour.startsWith("-----BEGIN SSH SIGNATURE-----")) {
      return signers.isEmpty()
          ? Optional.of("is signed by an ssh key, and only OpenPGP keys are trusted")
          : SshTrust.problem(commit, armour, at, signers);
    }
    if (armour.startsWith("-----BEGIN PGP SIGNATURE-----")) {
      return rings.isEmpty()
          ? Optional.of("is signed by an OpenPGP key, and only ssh keys are trusted")
          : PgpTrust.problem(commit, signature, rings);
    }
    return Optional.of("is signed in a way that is not known here: sign with ssh or OpenPGP keys");
  }

  @Override
  public String toString() {
    return "TrustedKeys";
  }
}
