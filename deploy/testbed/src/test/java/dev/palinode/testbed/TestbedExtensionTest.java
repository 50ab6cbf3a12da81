package dev.palinode.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TestbedExtensionTest {
  @Test
  void missingProgramOnALaptop_switchesTheClassOffAndSaysWhatToRun() {
    var verdict = TestbedExtension.verdict(List.of("etcd"), false);

    assertThat(verdict.isDisabled()).isTrue();
    assertThat(verdict.getReason()).get().asString().contains("etcd", "Run deploy/testbed/build");
  }

  @Test
  void missingProgramInCi_letsTheClassFail() {
    assertThat(TestbedExtension.verdict(List.of("etcd"), true).isDisabled()).isFalse();
  }
}
