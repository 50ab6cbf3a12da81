package dev.palinode.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          roles                        | king        | roles are controller and writer
          mesh.settle                  | soon        | write it as 500ms, 15s, 2m or 1h
          mesh.settle                  | 1ms         | must be at least 50ms
          analysis.interval            | 0s          | must be at least 100ms
          headroom                     | x           | must be a number
          headroom                     | 0.5         | between 1 and 10
          prometheus.url               | ftp://a     | write it as http://host:9090
          prometheus.url               | http://u:p@h | must hold no user or password
          prometheus.token-file        | /no/such    | name an existing file
          prometheus.basic-file        | /dev/null   | write user:password into the file
          prometheus.ca-file           | /dev/null   | holds no certificate in PEM
          prometheus.dialect           | greek       | write one of prometheus, thanos, mimir and victoriametrics
          providers.timeout            | 1ms         | must be at least 100ms
          providers.token-file         | /dev/null   | token-url together
          providers.token-url          | http://a    | token-url together
          kubeconfig                   | /no/such    | name an existing file
          cluster                      | ' '         | must not be blank
          watch-namespaces             | all,shop    | set all, or the names of namespaces
          leader-election.lease        | 5s          | must be longer than renew-deadline
          leader-election.retry-period | 6s          | must be longer than 2.2 times retry-period, 13s200ms
          management-port              | 70000       | between 0 (any free one) and 65535
          bogus                        | 1           | no such setting
          """)
  void badValue_saysWhatToDo(String name, String value, String wanted) {
    assertThat(problems(Map.of("palinode." + name, value)))
        .singleElement()
        .asString()
        .startsWith("palinode.")
        .contains(wanted);
  }

  @Test
  void severalProblems_areFoundAtOnce() {
    assertThat(
            problems(
                Map.of(
                    "palinode.mesh.settle", "soon",
                    "palinode.headroom", "0",
                    "palinode.bogus", "1")))
        .hasSize(3);
  }

  @Test
  void userInUrl_isNotRepeated() {
    assertThat(problems(Map.of("palinode.prometheus.url", "ftp://joe:hunter2@h")).toString())
        .doesNotContain("hunter2");
  }

  @Test
  void nothingSet_isTheDocumentedDefaults() {
    Map<String, String> printed = SettingsReader.print(valid(Map.of()));

    assertThat(printed)
        .containsEntry("palinode.roles", "controller,writer")
        .containsEntry("palinode.mesh.settle", "15s")
        .containsEntry("palinode.mesh.drain", "30s")
        .containsEntry("palinode.analysis.interval", "5s")
        .containsEntry("palinode.analysis.warmup", "2m")
        .containsEntry("palinode.headroom", "1.2")
        .containsEntry("palinode.revert-timeout", "10m")
        .containsEntry("palinode.watch-namespaces", "all")
        .containsEntry("palinode.leader-election.lease", "15s");
  }

  @Test
  void givenValues_win() {
    Settings settings =
        valid(
            Map.of(
                "palinode.mesh.settle", "200ms",
                "palinode.roles", "writer",
                "palinode.watch-namespaces", "shop,pay"));

    assertThat(settings.mesh().settle()).isEqualTo(Duration.ofMillis(200));
    assertThat(settings.has(Settings.Role.CONTROLLER)).isFalse();
    assertThat(settings.namespaces()).containsExactly("shop", "pay");
  }

  private static Settings valid(Map<String, String> given) {
    return switch (SettingsReader.read(given)) {
      case SettingsReader.Result.Valid(var settings) -> settings;
      case SettingsReader.Result.Refused(var problems) -> throw new AssertionError(problems);
    };
  }

  private static List<String> problems(Map<String, String> given) {
    return switch (SettingsReader.read(given)) {
      case SettingsReader.Result.Valid _ -> List.of();
      case SettingsReader.Result.Refused(var problems) -> problems;
    };
  }
}
