package dev.palinode.acceptance;

import dev.palinode.analysis.record.RolloutRecord;
import dev.palinode.testbed.PalinodeProcess;
import dev.palinode.testbed.Product;
import dev.palinode.testbed.Testbed;
import dev.palinode.testbed.TestbedExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One process of the program for all test classes that ask for it, with the whole testbed under it.
 * Waits of the mesh are shortened, everything else is as in production.
 */
final class SharedPalinode implements ParameterResolver {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(SharedPalinode.class);

  static final Path RECORDS = folder();

  /** What the judges of a namespace's rollouts were shown, oldest first. */
  static List<RolloutRecord> records(String namespace) {
    try (Stream<Path> files = Files.walk(RECORDS.resolve(namespace))) {
      return files.filter(Files::isRegularFile).sorted().map(SharedPalinode::record).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RolloutRecord record(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return RolloutRecord.read(lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path folder() {
    try {
      Path folder = Files.createTempDirectory("palinode-records");
      folder.toFile().deleteOnExit();
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The settings of every end-to-end test. */
  static PalinodeProcess start(Testbed testbed) {
    Product.install(testbed);
    return PalinodeProcess.start(
        testbed,
        "prometheus.url=" + testbed.prometheus().uri(),
        "prometheus.scrape-interval=1s",
        "analysis.interval=1s",
        "analysis.records=" + RECORDS,
        "mesh.settle=2s",
        "mesh.drain=1s");
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == PalinodeProcess.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Testbed testbed = TestbedExtension.shared(context);
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent(PalinodeProcess.class, _ -> start(testbed), PalinodeProcess.class);
  }
}
