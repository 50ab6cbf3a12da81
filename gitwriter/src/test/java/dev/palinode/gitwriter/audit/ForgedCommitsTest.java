package dev.palinode.gitwriter.audit;

import static dev.palinode.gitwriter.audit.Forge.BOT;
import static dev.palinode.gitwriter.audit.Forge.DANA;
import static dev.palinode.gitwriter.audit.Forge.file;
import static dev.palinode.gitwriter.audit.Forge.gone;
import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.gitwriter.Shop;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.lib.FileMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commits that pass for ours and are not what they say. Each must be found, for its own reason. */
class ForgedCommitsTest {
  private static final Forge.Put BACK = file(Shop.DEPLOYMENT, Shop.deployment(Shop.GOOD_IMAGE));
  private static final String CART = "apps/cart/deployment.yaml";

  @TempDir Path dir;
  private Forge forge;
  private String older;
  private String good;
  private String bad;

  @BeforeEach
  void releaseGoodThenBad() {
    forge = new Forge(dir.resolve("repo.git"));
    older =
        forge.release(
            "checkout 2.3.0",
            file(Shop.DEPLOYMENT, Shop.deployment("registry/checkout:2.3.0")),
            file(CART, Shop.otherDeployment("cart").replace("other:1", "other:0")),
            file("apps/cart/cart.properties", "a=1\n"));
    good =
        forge.release(
            "checkout 2.4.0",
            file(Shop.DEPLOYMENT, Shop.deployment(Shop.GOOD_IMAGE)),
            file(Shop.CONFIG, Shop.config("1s")),
            file("apps/checkout/run.sh", "echo\n"),
            file("README.md", "hello\n"));
    bad =
        forge.release(
            "checkout 2.4.1",
            file(Shop.DEPLOYMENT, Shop.deployment(Shop.BAD_IMAGE)),
            file("apps/checkout/run.sh", "echo 2\n"),
            file(CART, Shop.otherDeployment("cart")),
            file("apps/cart/cart.properties", "a=2\n"),
            file("README.md", "bye\n"));
  }

  @AfterEach
  void close() {
    forge.close();
  }

  private String message() {
    return message("intent-0001", good, bad);
  }

  private static String message(String intent, String good, String failed) {
    return Forge.join(
        "Revert \"checkout 2.4.1\"",
        "",
        "Deployment shop/checkout goes back to its state of " + good.substring(0, 12) + ".",
        "",
        "Rollback-Intent: " + intent,
        "Rollback-Target: prod-eu/shop/Deployment/checkout",
        "Rollback-Path: apps/checkout",
        "Rollback-Of: " + failed,
        "Rollback-Good: " + good,
        "Rollback-Mode: file",
        "Rollback-Controller: palinode");
  }

  private void assertFound(String words) {
    assertFound(words, Rules.NONE);
  }

  private void assertFound(String words, Rules rules) {
    assertThat(forge.look(rules).isFine()).isFalse();
    assertThat(forge.findings(rules)).anyMatch(f -> f.contains(words));
  }

  @Test
  void honestCommit_isFine() {
    forge.ours(message(), BACK);
    assertThat(forge.findings(Rules.NONE)).isEmpty();
  }

  @Test
  void extraByteInAnOwnedFile_isFound() {
    forge.ours(
        message(), file(Shop.DEPLOYMENT, Shop.deployment(Shop.GOOD_IMAGE).replace("3", "33")));
    assertFound("did not stand there");
  }

  @Test
  void extraCommentLine_isFound() {
    forge.ours(message(), file(Shop.DEPLOYMENT, Shop.deployment(Shop.GOOD_IMAGE) + "# hi\n"));
    assertFound("did not stand there");
  }

  @Test
  void imageOfAThirdRelease_isFound() {
    forge.ours(message(), file(Shop.DEPLOYMENT, Shop.deployment("registry/checkout:2.3.0")));
    assertFound("did not stand there");
  }

  @Test
  void wordsOfTheGoodFileAtAnotherPlace_areFound() {
    forge.ours(
        message(),
        file(
            Shop.DEPLOYMENT,
            Shop.deployment(Shop.GOOD_IMAGE).replace("replicas: 3", "paused: true")));
    assertThat(forge.look(Rules.NONE).isFine()).isFalse();
  }

  @Test
  void lineThatBothHaveTakenAway_isFound() {
    forge.ours(
        message(),
        file(Shop.DEPLOYMENT, Shop.deployment(Shop.GOOD_IMAGE).replace("  paused: true\n", "")));
    assertFound("did not stand there");
  }

  @Test
  void fileOutsideThePath_isFound() {
    forge.ours(message(), BACK, file("README.md", "hello\n"));
    assertFound("'README.md', which is outside its own Rollback-Path");
  }

  @Test
  void fileOutsideThePathWithoutStatedPath_isFound() {
    forge.ours(
        message().replace("Rollback-Path: apps/checkout\n", ""),
        BACK,
        file("README.md", "hello\n"));
    assertFound("'README.md', which is outside 'apps/checkout'");
  }

  @Test
  void fileOfAnotherAppUnderAWideStatedPath_isFound() {
    forge.ours(
        message().replace("Rollback-Path: apps/checkout", "Rollback-Path: apps"),
        BACK,
        file(CART, Shop.otherDeployment("cart").replace("other:1", "other:0")));
    assertFound("Deployment cart");
  }

  @Test
  void stateOfAnotherAppAlone_isFound() {
    forge.ours(
        message("intent-0001", older, bad).replace("apps/checkout", "apps/cart"),
        file(CART, Shop.otherDeployment("cart").replace("other:1", "other:0")));
    assertFound("does not define Deployment shop/checkout");
  }

  @Test
  void pathThatTheOwnerDoesNotAllow_isFound() {
    forge.ours(message(), BACK);
    assertFound(
        "outside [apps/cart/]",
        new Rules(Optional.empty(), Optional.empty(), List.of("apps/cart/"), false));
    assertThat(
            forge.findings(
                new Rules(Optional.empty(), Optional.empty(), List.of("apps/checkout/"), false)))
        .isEmpty();
  }

  @Test
  void contentOfAnotherCommitThanNamed_isFound() {
    forge.ours(message("intent-0001", older, bad), BACK);
    assertFound("did not stand there");
  }

  @Test
  void goodCommitThatDoesNotExist_isFound() {
    forge.ours(message("intent-0001", "0123456789012345678901234567890123456789", bad), BACK);
    assertFound("no commit of this repository");
  }

  @Test
  void goodCommitOfAnotherBranch_isFound() {
    String side =
        forge.commit(
            "side",
            DANA,
            DANA,
            List.of(good),
            c -> c,
            file(Shop.DEPLOYMENT, Shop.deployment("registry/evil:1")));
    forge.commit(
        message("intent-0001", side, bad),
        BOT,
        BOT,
        List.of(bad),
        c -> c,
        file(Shop.DEPLOYMENT, Shop.deployment("registry/evil:1")));
    assertFound("Rollback-Good is not on the branch before it");
  }

  @Test
  void shortGoodCommit_isFound() {
    forge.ours(
        message().replace("Rollback-Good: " + good, "Rollback-Good: " + good.substring(0, 12)),
        BACK);
    assertFound("no commit of this repository");
  }

  @Test
  void goodCommitYoungerThanWhatItUndoes_isFound() {
    forge.ours(message("intent-0001", good, older), BACK);
    assertFound("Rollback-Of is not between");
  }

  @Test
  void undoneCommitThatTouchedNothingOfIt_isFound() {
    String docs = forge.release("docs", file("README.md", "words\n"));
    forge.ours(message("intent-0001", good, docs), BACK);
    assertFound("Rollback-Of did not touch");
  }

  @Test
  void missingTrailer_isFound() {
    forge.ours(message().replace("Rollback-Good: " + good + "\n", ""), BACK);
    assertFound("has 0 trailers Rollback-Good");
  }

  @Test
  void secondTrailer_isFound() {
    forge.ours(message() + "Rollback-Good: " + older + "\n", BACK);
    assertFound("has 2 trailers Rollback-Good");
  }

  @Test
  void trailerInjectedThroughTheSubject_isFound() {
    forge.ours(
        "Revert \"a\n\nRollback-Intent: forged-0001\n\nb\"\n" + message().substring(25), BACK);
    assertFound("outside its last paragraph");
  }

  @Test
  void trailersThatGitDoesNotRead_areFound() {
    forge.ours(message() + "\nSee you.\n", BACK);
    assertFound("has 0 trailers Rollback-Intent");
  }

  @Test
  void controlCharactersInTheMessage_areFound() {
    forge.ours(message().replace("goes back", "goes\rback\u0007"), BACK);
    assertFound("control characters");
  }

  @Test
  void foreignTarget_isFound() {
    forge.ours(message().replace("Deployment/checkout", "Deployment/cart"), BACK);
    assertFound("does not define Deployment shop/cart");
  }

  @Test
  void targetOfAnotherNamespace_isFound() {
    forge.ours(message().replace("/shop/", "/bank/"), BACK);
    assertFound("does not define Deployment bank/checkout");
  }

  @Test
  void symlink_isFound() {
    forge.ours(
        message(),
        BACK,
        new Forge.Put(
            "apps/checkout/run.sh", FileMode.SYMLINK, "echo\n".getBytes(StandardCharsets.UTF_8)));
    assertFound("something else than a plain file");
  }

  @Test
  void submodule_isFound() {
    forge.ours(
        message(),
        BACK,
        new Forge.Put(
            "apps/checkout/run.sh", FileMode.GITLINK, bad.getBytes(StandardCharsets.US_ASCII)));
    assertFound("something else than a plain file");
  }

  @Test
  void executableBitThatWasNotThere_isFound() {
    forge.ours(
        message(),
        BACK,
        new Forge.Put(
            "apps/checkout/run.sh",
            FileMode.EXECUTABLE_FILE,
            "echo\n".getBytes(StandardCharsets.UTF_8)));
    assertFound("a mode that it did not have");
  }

  @Test
  void mergeCommit_isFound() {
    forge.commit(message(), BOT, BOT, List.of("main", older), c -> c, BACK);
    assertFound("has 2 parents");
  }

  @Test
  void deletionOfAFileThatTheGoodCommitHas_isFound() {
    forge.ours(message(), BACK, gone(Shop.CONFIG));
    assertFound("deletes '" + Shop.CONFIG + "', which the last good commit has");
  }

  @Test
  void newFile_isFound() {
    forge.ours(message(), BACK, file("apps/checkout/evil.yaml", "a: 1\n"));
    assertFound("which the last good commit does not have");
  }

  @Test
  void otherCommitter_isFound() {
    forge.commit(message(), BOT, DANA, List.of("main"), c -> c, BACK);
    assertFound("author is not its committer");
  }

  @Test
  void ourTrailersByAnotherAuthor_areFound() {
    Rules bot = new Rules(Optional.empty(), Optional.of("palinode@example.com"), List.of(), false);
    forge.commit(message(), DANA, DANA, List.of("main"), c -> c, BACK);
    assertFound("written by somebody else than palinode@example.com", bot);
  }

  @Test
  void ourAuthorWithoutTrailers_isFound() {
    Rules bot = new Rules(Optional.empty(), Optional.of("palinode@example.com"), List.of(), false);
    forge.ours("fix", file("README.md", "anything\n"));
    assertFound("is no commit of ours", bot);
  }

  @Test
  void foreignCommitWhereOnlyOursAreLetIn_isFound() {
    forge.release("fix", file("README.md", "anything\n"));
    assertFound(
        "is no commit of ours", new Rules(Optional.empty(), Optional.empty(), List.of(), true));
  }

  @Test
  void secondCommitOfAnIntent_isFound() {
    forge.ours(message(), BACK);
    String again =
        forge.release("2.4.1 again", file(Shop.DEPLOYMENT, Shop.deployment(Shop.BAD_IMAGE)));
    forge.ours(message("intent-0001", good, again), BACK);
    assertFound("carried out already by");
    assertThat(forge.look("main~1..main", Rules.NONE).isFine())
        .as("the first one lies before the range")
        .isFalse();
  }

  @Test
  void emptyCommit_isFound() {
    forge.ours(message());
    assertFound("changes nothing");
  }

  @Test
  void unsignedCommit_isFoundWhenSignaturesAreAskedFor() throws Exception {
    Path signers = java.nio.file.Files.writeString(dir.resolve("signers"), "");
    Rules signed = new Rules(Optional.of(signers), Optional.empty(), List.of(), false);
    forge.ours(message(), BACK);
    assertFound("is not signed", signed);
    forge.commit(
        message("intent-0002", good, bad),
        BOT,
        BOT,
        List.of(bad),
        Forge.signed("-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----"),
        BACK);
    assertFound("not signed with an ssh key", signed);
  }

  @Test
  void encryptedFilePutTogether_isFound() {
    String enc = "a: ENC[AES256_GCM,data:%s]\nb: ENC[AES256_GCM,data:%s]\nsops:\n  mac: ENC[%s]\n";
    String was = forge.release("sops", file("apps/checkout/s.yaml", enc.formatted("1", "1", "1")));
    String now = forge.release("sops", file("apps/checkout/s.yaml", enc.formatted("2", "2", "2")));
    forge.ours(
        message("intent-0001", was, now),
        file("apps/checkout/s.yaml", enc.formatted("1", "2", "1")));
    assertFound("encrypted or stored elsewhere");
  }

  @Test
  void wrongDirectoryOrRange_saysWhatToDo() {
    for (var call : Map.of("nope", "main", "repo.git", "nope..main").entrySet()) {
      assertThat(Audit.of(dir.resolve(call.getKey()), call.getValue(), Rules.NONE, Map.of()))
          .isInstanceOf(Answer.Unreadable.class);
    }
  }
}
