package dev.palinode.controller.gitops;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GitPlaceTest {
  private static final String HEX = "3f1c0000000000000000000000000000000000aa";

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "./apps/web,apps/web",
        "apps/web/,apps/web",
        "/apps//web,apps/web",
        "./,''",
        "'',''",
        ".,''",
        "apps/../infra,infra",
        "../x,x"
      })
  void path_isRelativeToTheRoot(String text, String path) {
    assertThat(GitPlace.path(text)).isEqualTo(path);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "main@sha1:" + HEX + "," + HEX,
        "feature/a@b@sha1:" + HEX + "," + HEX,
        "sha1:" + HEX + "," + HEX,
        HEX + "," + HEX,
        "main@sha1:3F1C0000000000000000000000000000000000AA," + HEX,
        "main@sha1:3f1c,-",
        "1.2.3,-",
        "latest@sha256:zz,-",
        "'',-"
      })
  void commit_isTakenFromTheAgentsSpelling(String revision, String commit) {
    assertThat(GitPlace.commit(revision).orElse(null)).isEqualTo(commit);
  }
}
