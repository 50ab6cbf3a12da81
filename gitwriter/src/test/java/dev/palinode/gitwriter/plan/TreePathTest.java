package dev.palinode.gitwriter.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.gitwriter.Shop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TreePathTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "..",
        "a/../b",
        "/a",
        "a//b",
        "a/./b",
        ".git",
        "a/.GIT/x",
        "a/.git./x",
        "git~1",
        "a\\b",
        "a\nb",
        "a\u0000"
      })
  void pathThatLeadsElsewhere_isRefused(String path) {
    assertThat(TreePath.problem(path)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "apps/checkout", ".github/x.yaml", "a/b..c", "ä/ö"})
  void ordinaryPath_isTaken(String path) {
    assertThat(TreePath.problem(path)).isEmpty();
  }

  @Test
  void reference_isResolvedInsideTheRepositoryOnly() {
    assertThat(TreePath.resolve("a/b", "../c/./d.yaml")).contains("a/c/d.yaml");
    assertThat(TreePath.resolve("a", "../../x")).isEmpty();
    assertThat(TreePath.resolve("a", "https://example.com/x")).isEmpty();
    assertThat(TreePath.resolve("a", "/etc/passwd")).isEmpty();
  }

  @Test
  void grant_coversItsFolderAndNothingBesideIt() {
    Grants grants = Grants.of(Shop.wish("/r").intent());
    assertThat(grants.allow("apps/checkout")).isTrue();
    assertThat(grants.allow("apps/checkout/a/b")).isTrue();
    assertThat(grants.allow("apps/checkout2/a")).isFalse();
    assertThat(grants.allow("apps")).isFalse();
    assertThat(Grants.of(Shop.wish("/r").grants(Shop.grant("")).intent()).allow("a")).isFalse();
    assertThat(Grants.of(Shop.wish("/r").grants(Shop.grant("../")).intent()).allow("a")).isFalse();
    assertThat(Grants.of(Shop.wish("/r").grants(Shop.grant("/")).intent()).allow("a")).isTrue();
  }
}
