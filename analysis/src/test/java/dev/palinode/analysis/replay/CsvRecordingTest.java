package dev.palinode.analysis.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.palinode.analysis.WindowCounts;
import dev.palinode.analysis.replay.CsvRecording.Parsed;
import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvRecordingTest {
  private static Parsed read(String text) throws IOException {
    return CsvRecording.read(new StringReader(text));
  }

  private static Recording complete(String text) throws IOException {
    Parsed parsed = read(text);
    assertThat(parsed).isInstanceOf(Parsed.Complete.class);
    return ((Parsed.Complete) parsed).recording();
  }

  private static List<String> problems(String text) throws IOException {
    Parsed parsed = read(text);
    assertThat(parsed).isInstanceOf(Parsed.Refused.class);
    return ((Parsed.Refused) parsed)
        .problems().stream().map(CsvRecording.Problem::toString).toList();
  }

  @Test
  void rows_becomeWindows() throws IOException {
    Recording recording =
        complete(
            """
            time,arm,total,bad
            0,weight,10
            15,canary,100,1
            15,stable,900,2
            30,stable,901,0
            60,stable,880,3
            60,canary,99.0,0
            """);
    assertThat(recording.windows())
        .containsExactly(
            window(15, 15, new WindowCounts(100, 1, 900, 2)),
            window(30, 15, new WindowCounts(0, 0, 901, 0)),
            window(60, 30, new WindowCounts(99, 0, 880, 3)));
    assertThat(recording.weights()).containsExactly(new Recording.WeightChange(Duration.ZERO, 10));
    assertThat(recording.time(Duration.ofSeconds(30))).isEqualTo("30");
  }

  private static Window window(int end, int length, WindowCounts counts) {
    return new Window(Duration.ofSeconds(end), Duration.ofSeconds(length), counts);
  }

  @Test
  void headerOrderAndSpaces_doNotMatter() throws IOException {
    Recording sorted = complete("15,canary,10,1\n15,stable,90,0\n30,canary,9,0\n30,stable,91,1\n");
    Recording mixed =
        complete(
            "\uFEFFtime, arm, total, bad\r\n# exported\r\n\r\n30, stable, 91, 1\r\n"
                + "15,stable,90,0\r\n30,canary,9,0\r\n\"15\",\"canary\",10,1\r\n");
    assertThat(mixed).isEqualTo(sorted);
  }

  @Test
  void moments_areWrittenAsTheyWereRead() throws IOException {
    Recording recording =
        complete("2026-01-31T12:00:15Z,canary,10,1\n2026-01-31T13:00:30+01:00,canary,10,1\n");
    assertThat(recording.length()).isEqualTo(Duration.ofSeconds(30));
    assertThat(recording.time(recording.length())).isEqualTo("2026-01-31T12:00:30Z");
  }

  @Test
  void fractionsOfSeconds_areKept() throws IOException {
    Recording recording = complete("1769860815.5,canary,10,1\n1769860830.5,canary,10,1\n");
    assertThat(recording.time(Duration.ofSeconds(15))).isEqualTo("1769860815.5");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "15,canary,100 | 3 fields where 4 are expected",
        "15,canary,100,1,2 | 5 fields where 4 are expected",
        "soon,canary,100,1 | neither seconds nor RFC 3339",
        "NaN,canary,100,1 | neither seconds nor RFC 3339",
        "2026-01-31,canary,100,1 | neither seconds nor RFC 3339",
        "1e400,canary,100,1 | neither seconds nor RFC 3339",
        "15,primary,100,1 | neither canary nor stable",
        "15,canary,many,1 | total 'many' is not a number",
        "15,canary,NaN,1 | total 'NaN' is not a number",
        "15,canary,,1 | total '' is not a number",
        "15,canary,Inf,1 | total is infinite",
        "15,canary,100,Infinity | bad 'Infinity' is not a number",
        "15,canary,-100,1 | total -100 is negative",
        "15,canary,100,-1 | bad -1 is negative",
        "15,canary,100.5,1 | no whole number of requests",
        "15,canary,1e18,1 | no whole number of requests",
        "15,canary,100,101 | 101 bad requests among only 100",
        "15,weight,101 | outside 0 to 100",
        "15,weight | time,weight,PERCENT",
        "time,arm,errors | unknown header",
      })
  void badRow_isToldWithItsLine(String row, String says) throws IOException {
    assertThat(problems("15,stable,10,1\n" + row + "\n"))
        .singleElement()
        .asString()
        .startsWith("line 2: ")
        .contains(says);
  }

  @Test
  void everyBadRow_isTold() throws IOException {
    assertThat(problems("a,b\n15,canary,1,0\n15,canary,1,0\n15,x,1,1\n"))
        .hasSize(3)
        .element(1)
        .asString()
        .isEqualTo("line 3: a second row of canary for the same time");
  }

  @Test
  void kindsOfTime_areNotMixed() throws IOException {
    assertThat(problems("15,canary,1,0\n2026-01-31T12:00:00Z,canary,1,0\n"))
        .singleElement()
        .asString()
        .contains("of another kind");
  }

  @Test
  void thousandBadRows_endEarly() throws IOException {
    assertThat(problems("x\n".repeat(1_000))).hasSize(50);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n", "time,arm,total,bad\n", "# nothing\n", "0,weight,10\n"})
  void noCounts_areEmpty(String text) throws IOException {
    assertThat(read(text)).isInstanceOf(Parsed.Empty.class);
  }

  @Test
  void histogram_isReadPerBucket() throws IOException {
    Recording recording =
        complete(
            """
            time,arm,le,count
            15,canary,10,5
            15,canary,100,8
            15,canary,+Inf,9
            15,stable,10,50
            15,stable,100,80
            15,stable,+Inf,81
            30,stable,10,1
            30,stable,100,1
            30,stable,+Inf,1
            time,arm,total,bad
            30,stable,1,1
            """);
    Window first = recording.windows().getFirst();
    assertThat(first.counts()).isEqualTo(new WindowCounts(9, 0, 81, 0));
    assertThat(first.latency().orElseThrow().edges())
        .containsExactly(10.0, 100.0, Double.POSITIVE_INFINITY);
    assertThat(first.latency().orElseThrow().candidate()).containsExactly(5L, 3L, 1L);
    assertThat(first.latency().orElseThrow().stable()).containsExactly(50L, 30L, 1L);
    assertThat(recording.windows().getLast().counts()).isEqualTo(new WindowCounts(0, 0, 1, 1));
    assertThat(recording.windows().getLast().latency().orElseThrow().candidate())
        .containsExactly(0L, 0L, 0L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "15,canary,10,5/15,canary,100,8 | line 3: this histogram has no bucket +Inf",
        "15,canary,10,5/15,canary,100,4/15,canary,+Inf,9 | buckets are cumulative",
        "15,canary,10,5/15,canary,+Inf,9 | at least three buckets",
        "15,canary,10,5/15,canary,10,6 | line 3: a second row of canary 10",
        "15,canary,wide,5 | le 'wide' is not a number",
        "15,canary,1,5/15,canary,2,5/15,canary,+Inf,5/15,stable,1,5/15,stable,3,5/15,stable,+Inf,5"
            + " | not those of stable",
      })
  void whatIsNoHistogram_isTold(String rows, String says) throws IOException {
    assertThat(problems("time,arm,le,count\n" + rows.replace('/', '\n') + "\n"))
        .anySatisfy(problem -> assertThat(problem).contains(says));
  }
}
