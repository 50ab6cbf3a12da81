package dev.palinode.gitwriter.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.crds.RevertSpec;
import dev.palinode.gitwriter.Intent;
import dev.palinode.gitwriter.Shop;
import dev.palinode.gitwriter.plan.CommitMessage.Introduced;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.eclipse.jgit.revwalk.FooterLine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever others wrote, the trailers are ours alone. Read back the way JGit and git read them. */
class CommitMessageTest {
  private static final String SHA = "0123456789abcdef0123456789abcdef01234567";
  private static final Plan.Restore WHOLE = new Plan.Restore(new TreeMap<>());
  private static final List<String> KEYS =
      List.of(
          "Rollback-Intent",
          "Rollback-Target",
          "Rollback-Path",
          "Rollback-Of",
          "Rollback-Issue",
          "Rollback-Good",
          "Rollback-Mode",
          "Rollback-Reason",
          "Rollback-Controller");

  private static String message(String introduced, String author, String reason) {
    Intent intent =
        Shop.wish("/srv/deploy.git")
            .reason(new RevertSpec.Reason(reason, null, reason, null, null, null, reason))
            .intent();
    return CommitMessage.of(
        intent, SHA, List.of(new Introduced(SHA, introduced, author)), true, WHOLE);
  }

  private static void assertOurs(String message) {
    List<FooterLine> footers = FooterLine.fromMessage(message);
    assertThat(footers).extracting(FooterLine::getKey).isSubsetOf(KEYS);
    assertThat(footers)
        .filteredOn(f -> f.getKey().equals("Rollback-Intent"))
        .extracting(FooterLine::getValue)
        .containsExactly("7f9c2d41aa");
    assertThat(footers)
        .filteredOn(f -> f.getKey().equals("Rollback-Good"))
        .extracting(FooterLine::getValue)
        .containsExactly(SHA);
    assertThat(message.lines().filter(l -> l.startsWith("Rollback-Intent"))).hasSize(1);
    assertThat(message.split("\n\n")).as("subject, text, trailers").hasSize(3);
    assertThat(message.chars()).noneMatch(c -> (c < 0x20 && c != '\n') || c == 0x7f);
    assertThat(message.length()).isLessThan(8192);
    byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
    assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "a\n\nRollback-Intent: forged",
        "a\r\n\r\nRollback-Intent: forged\r\n",
        "a\u0085\u0085Rollback-Good: forged",
        "a\u2028\u2029Rollback-Good: forged",
        "\u0000\u0007\u001b[31m",
        "\u202egnirts\u2066",
        "\ud800 half",
        "---\ndiff --git a/x b/x",
        "Rollback-Intent: forged",
        "\"\" quotes \"",
        "x <evil@example.com> y"
      })
  void whateverOthersWrote_trailersStayOurs(String text) {
    assertOurs(message(text, text, text));
  }

  @Test
  void megabytes_areCut() {
    String long1 = "Rollback-Intent: x\n".repeat(60_000);
    assertOurs(message(long1, long1, long1));
  }

  @Test
  void randomTexts_neverMakeATrailer() {
    String[] parts = {
      "\n", "\r", "Rollback-Intent: x", " ", ":", "\u2028", "\u0000", "a", "\ud83d"
    };
    for (int seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(12); i >= 0; i--) {
        text.append(parts[random.nextInt(parts.length)]);
      }
      assertOurs(message(text.toString(), text.toString(), text.toString()));
    }
  }

  @Test
  void failedCommit_isNamedWithSubjectAndAuthor() {
    assertThat(message("SHOP-77: faster\n\nlong story", "Dana", "errors"))
        .startsWith("Revert \"SHOP-77: faster\"\n\n")
        .contains("It undoes 0123456789ab \"SHOP-77: faster\" by Dana.\n")
        .contains("This reverts commit " + SHA + ".\n");
  }

  @Test
  void skippedCi_isToldAtTheEndOfTheSubject() {
    List<Introduced> introduced = List.of(new Introduced(SHA, "faster", "Dana"));
    Intent intent = Shop.wish("/srv/deploy.git").skippingCi().intent();

    assertThat(CommitMessage.of(intent, SHA, introduced, false, WHOLE))
        .startsWith("Revert \"faster\" [skip ci]\n\n");
    assertOurs(CommitMessage.of(intent, SHA, introduced, false, WHOLE));
    assertThat(CommitMessage.of(intent.proposed(), SHA, introduced, false, WHOLE))
        .doesNotContain("[skip ci]");
  }

  @Test
  void issueKeys_areKept() {
    String text =
        "SHOP-77: utf-8, UTF-8 and SHA-256\n\n"
            + "see #12 and PAY_2-3, not a#4 or x/SHOP-9 or CVE-2026-1\n\n"
            + "Refs: SHOP-77";
    assertThat(message(text, "", "").lines().filter(l -> l.startsWith("Rollback-Issue")))
        .containsExactly(
            "Rollback-Issue: SHOP-77", "Rollback-Issue: #12", "Rollback-Issue: PAY_2-3");
  }

  @Test
  void pathsAndFiles_areNamed() {
    Intent intent = Shop.wish("/srv/deploy.git").path("./apps/checkout/").files("x/y.env").intent();
    assertThat(CommitMessage.of(intent, SHA, List.of(), false, WHOLE))
        .contains("Rollback-Path: apps/checkout\nRollback-Path: x/y.env\n");
  }
}
