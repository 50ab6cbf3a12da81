package dev.palinode.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EditCommandTest {
  private static final String TEXT =
      "\uFEFF# größe\r\na: x\r\n---\r\nspec: {image: 'app:1'} # {\"$imagepolicy\": \"😀\"}";

  @TempDir Path dir;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final StringWriter err = new StringWriter();

  private int run(String file, String... options) {
    List<String> args = new ArrayList<>(List.of("edit", file));
    args.addAll(List.of(options));
    return Palinode.run(
        new PrintWriter(out, true, StandardCharsets.UTF_8),
        new PrintWriter(err, true),
        args.toArray(String[]::new));
  }

  private String file() throws IOException {
    return Files.writeString(dir.resolve("app.yaml"), TEXT).toString();
  }

  private int edit(String from, String to) throws IOException {
    return run(file(), "--doc=1", "--pointer=/spec/image", "--from", from, "--to", to);
  }

  @Test
  void edit_printsTheFileWithOneScalarChangedByteForByte() throws IOException {
    assertThat(edit("app:1", "app:2")).isZero();
    assertThat(out.toByteArray())
        .isEqualTo(TEXT.replace("app:1", "app:2").getBytes(StandardCharsets.UTF_8));
    assertThat(err.toString()).isEmpty();
    assertThat(Files.readString(dir.resolve("app.yaml"))).isEqualTo(TEXT);
  }

  @Test
  void editOfStandardInput_printsTheSame() throws IOException {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream("a: 1\n".getBytes(StandardCharsets.UTF_8)));
    try {
      assertThat(run("-", "--pointer", "/a", "--from", "1", "--to", "2")).isZero();
    } finally {
      System.setIn(before);
    }
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("a: 2\n");
  }

  @Test
  void valueThatIsThereAlready_isThreeAndThePlainFile() throws IOException {
    assertThat(edit("app:0", "app:1")).isEqualTo(3);
    assertThat(out.toByteArray()).isEqualTo(TEXT.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void refusal_isFiveWithTheReasonAndNothingPrinted() throws IOException {
    assertThat(edit("app:0", "app:2")).isEqualTo(5);
    assertThat(err.toString()).contains("app.yaml", "stands \"app:1\"");
    assertThat(run(file(), "--pointer=/b", "--from=x", "--to=z")).isEqualTo(5);
    assertThat(run(file(), "--doc=2", "--pointer=/a", "--from=x", "--to=z")).isEqualTo(5);
    assertThat(out.size()).isZero();
  }

  @Test
  void wrongUse_isTwo() throws IOException {
    assertThat(run(file(), "--pointer=/a", "--from=x")).isEqualTo(2);
    assertThat(run(file(), "--pointer=a", "--from=x", "--to=z")).isEqualTo(2);
    assertThat(run(file(), "--doc=-1", "--pointer=/a", "--from=x", "--to=z")).isEqualTo(2);
    assertThat(run(dir + "/none", "--pointer=/a", "--from=x", "--to=z")).isEqualTo(2);
    assertThat(err.toString()).contains("there is no file", "no JSON pointer", "--doc", "--to");
    assertThat(out.size()).isZero();
  }
}
