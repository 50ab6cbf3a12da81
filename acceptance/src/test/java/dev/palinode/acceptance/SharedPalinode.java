package dev.palinode.acceptance;

import dev.palinode.testbed.PalinodeProcess;
import dev.palinode.testbed.Product;
import dev.palinode.testbed.Testbed;
import dev.palinode.testbed.TestbedExtension;
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

  /** The settings of every end-to-end test. */
  static PalinodeProcess start(Testbed testbed) {
    Product.install(testbed);
    return PalinodeProcess.start(
        testbed,
        "prometheus.url=" + testbed.prometheus().uri(),
        "prometheus.scrape-interval=1s",
        "analysis.interval=1s",
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
