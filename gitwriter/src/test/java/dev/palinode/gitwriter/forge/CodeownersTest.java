package dev.palinode.gitwriter.forge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CodeownersTest {
  private static List<String> of(String text, String... files) {
    return Codeowners.parse(text).of(List.of(files));
  }

  @Test
  void lastMatch_counts() {
    String text = "* @all\napps/ @platform\n/apps/checkout/ @shop/payments @dana\n";

    assertThat(of(text, "apps/checkout/d.yaml")).containsExactly("@shop/payments", "@dana");
    assertThat(of(text, "apps/cart/d.yaml")).containsExactly("@platform");
    assertThat(of(text, "README.md")).containsExactly("@all");
  }

  @Test
  void severalFiles_joinTheirOwners() {
    assertThat(of("a/ @x\nb/ @y @x\n", "a/1", "b/2")).containsExactly("@x", "@y");
  }

  @Test
  void ruleWithoutOwners_takesAway() {
    assertThat(of("* @all\napps/generated/\n", "apps/generated/x")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'*.yaml', apps/x/d.yaml, true",
    "'*.yaml', d.json, false",
    "'/docs/', docs/a/b.md, true",
    "'/docs/', src/docs/b.md, false",
    "'docs/', src/docs/b.md, true",
    "'docs/*', docs/a.md, true",
    "'docs/*', docs/a/b.md, false",
    "'apps/**/d.yaml', apps/a/b/d.yaml, true",
    "'apps/**/d.yaml', apps/d.yaml, true",
    "'**/logs', a/logs/x, true",
    "'/apps/checkout', apps/checkout/d.yaml, true",
    "'/apps/checkout', apps/checkout2/d.yaml, false",
    "'d?.yaml', d1.yaml, true",
    "'a.b', axb, false",
    "'with\\ space/x', with space/x, true",
  })
  void patterns_matchLikeGitignore(String pattern, String file, boolean matches) {
    assertThat(of(pattern + " @x", file).isEmpty()).isEqualTo(!matches);
  }

  @Test
  void comments_areNoOwners() {
    assertThat(of("# head\n* @x # @y\n\n", "a")).containsExactly("@x");
  }

  @Test
  void sections_eachKeepTheirLastMatch() {
    String text = "[Docs] @docs\n*.md\n^[Backend][2] @back @end\napps/ @dana\n*.md\n";

    assertThat(of(text, "apps/a.md")).containsExactly("@docs", "@back", "@end");
    assertThat(of(text, "apps/a.go")).containsExactly("@dana");
  }

  @Test
  void wordsThatAreNobody_arePassedOver() {
    assertThat(of("* @x someone dana@example.com @bad!name\n", "a"))
        .containsExactly("@x", "dana@example.com");
  }

  @Test
  void hostilePattern_endsSoon() {
    String text = "**/".repeat(30) + "*".repeat(40) + "z @x\n";

    assertThat(of(text, "a/".repeat(200) + "b")).isEmpty();
  }
}
