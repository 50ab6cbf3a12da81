import com.google.googlejavaformat.java.Main;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Checks or applies google-java-format over every source of the tree: {@code check | apply}. */
class Format {
  public static void main(String[] args) throws Exception {
    boolean check = args[0].equals("check");
    List<String> call =
        new ArrayList<>(check ? List.of("--dry-run", "--set-exit-if-changed") : List.of("--replace"));
    try (var files = Files.walk(Path.of(args[1]))) {
      files
          .map(Path::toString)
          .filter(f -> f.endsWith(".java") && f.contains("/src/") && !f.contains("/target/"))
          .sorted()
          .forEach(call::add);
    }
    PrintWriter out = new PrintWriter(System.out, true);
    int result = new Main(out, new PrintWriter(System.err, true), System.in).format(call.toArray(String[]::new));
    if (check && result != 0) {
      System.err.println("Not formatted as above. Run: mvn -N process-sources -Dformat=apply");
    }
    System.exit(result);
  }
}
