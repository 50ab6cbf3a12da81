package dev.palinode.controller.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.analysis.BuiltInTemplates;
import dev.palinode.analysis.GateSettings;
import dev.palinode.analysis.Recorder;
import dev.palinode.analysis.Trial;
import dev.palinode.analysis.record.RolloutRecord;
import dev.palinode.crds.ObjectName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RolloutRecordsTest {
  private static final ObjectName CANARY = new ObjectName("shop", "checkout");
  private static final Instant T0 = Instant.parse("2026-01-01T12:00:00Z");

  @TempDir private Path folder;

  private static Trial trial(Instant start) {
    return Trial.of(BuiltInTemplates.http().metrics(), 0.01, start, GateSettings.defaults());
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @Test
  void rollout_hasAFileOfItsOwnThatCanBeRead() throws IOException {
    new RolloutRecords(folder).of(CANARY, T0).begin(trial(T0));
    Path file = folder.resolve("shop/checkout/20260101T120000.000Z.ndjson");
    assertThat(files()).containsExactly(file);
    try (Stream<String> lines = Files.lines(file)) {
      assertThat(RolloutRecord.read(lines).trial()).isEqualTo(trial(T0));
    }
  }

  @Test
  void restarted_goesOnWithTheFile() throws IOException {
    new RolloutRecords(folder).of(CANARY, T0).begin(trial(T0));
    new RolloutRecords(folder).of(CANARY, T0).begin(trial(T0));
    assertThat(files()).hasSize(1);
    assertThat(Files.readAllLines(files().getFirst())).hasSize(2);
  }

  @Test
  void lineThatWasCutOff_isEnded() throws IOException {
    RolloutRecords records = new RolloutRecords(folder);
    records.of(CANARY, T0).begin(trial(T0));
    Files.writeString(files().getFirst(), "{\"window", StandardOpenOption.APPEND);
    records.of(CANARY, T0).begin(trial(T0));
    assertThat(Files.readAllLines(files().getFirst())).hasSize(3).element(1).isEqualTo("{\"window");
    assertThat(RolloutRecord.read(Files.readAllLines(files().getFirst()).stream()).entries())
        .isEmpty();
  }

  @Test
  void manyRollouts_keepTheNewestTen() throws IOException {
    for (int i = 0; i < 25; i++) {
      new RolloutRecords(folder)
          .of(CANARY, T0.plusSeconds(i * 100_000L))
          .begin(trial(T0.plusSeconds(i)));
    }
    assertThat(files()).hasSize(10);
    assertThat(files().getFirst().getFileName()).hasToString("20260118T204000.000Z.ndjson");
  }

  @Test
  void folderThatCannotBeWritten_stopsNobody() throws IOException {
    Path file = Files.writeString(folder.resolve("taken"), "");
    Recorder recorder = new RolloutRecords(file).of(CANARY, T0);
    recorder.begin(trial(T0));
    recorder.resume(trial(T0), new byte[0]);
    assertThat(files()).containsExactly(file);
    assertThat(file).isEmptyFile();
  }
}
