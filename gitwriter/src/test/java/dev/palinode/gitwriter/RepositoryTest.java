package dev.palinode.gitwriter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepositoryTest {
  @Test
  void spellings_ofOneRemoteAreOne() {
    assertThat(new Repository("https://Git.Example.com/shop/deploy.git/", "main").canonicalUrl())
        .isEqualTo("https://git.example.com/shop/deploy")
        .isEqualTo(new Repository("HTTPS://git.example.com/shop/deploy", "main").canonicalUrl());
    assertThat(new Repository("file:///srv/a.git", "main").canonicalUrl()).isEqualTo("/srv/a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://user:secret@git.example.com/a",
        "ssh://git:secret@example.com/a",
        "ssh://-oProxyCommand=evil/a",
        "git@example.com:a",
        "ext::sh -c evil",
        "../a",
        "",
        "file://host/a",
        "https:///a",
        "https://exa mple/"
      })
  void unusableUrl_isToldWithoutItsSecret(String url) {
    Repository repository = new Repository(url, "main");
    assertThat(repository.problem()).isPresent();
    assertThat(repository.problem().get() + repository).doesNotContain("secret");
  }

  @Test
  void sshUrl_isUsableWithItsUser() {
    Repository repository = new Repository("ssh://git@Git.example.com:2222/a/b.git", "main");
    assertThat(repository.problem()).isEmpty();
    assertThat(repository.canonicalUrl()).isEqualTo("ssh://git.example.com:2222/a/b");
    assertThat(new Repository("git@example.com:a/b", "main").problem())
        .hasValueSatisfying(p -> assertThat(p).contains("ssh://user@host/path"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "-x", "a..b", "a b", "a\nb", "a:b", "a.lock", "a/", "/a", "a//b", "@{x", "a~1", ".a",
        "a/.b", "a*"
      })
  void badBranch_isRefused(String branch) {
    assertThat(new Repository("/srv/a", branch).problem()).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"main", "release/1.2", "env-prod", "feature/ä"})
  void goodBranch_isTaken(String branch) {
    assertThat(new Repository("/srv/a", branch).problem()).isEmpty();
  }

  @Test
  void credentials_areNeverShown() {
    Credentials token = Credentials.token("s3 cret/+", "key token of Secret a/b");
    String header = token.authorization().orElseThrow();
    assertThat(token.toString()).contains("a/b").doesNotContain("s3");
    assertThat(token.scrub("https://x:s3 cret/+@h/ s3+cret%2F%2B " + header))
        .doesNotContain("s3", "cret", header.substring(6));
    assertThat(Credentials.none().origin()).contains("credentialsRef");
  }
}
