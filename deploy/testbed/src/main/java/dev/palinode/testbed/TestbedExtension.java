package dev.palinode.testbed;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestInstancePostProcessor;

/**
 * Gives test classes the testbed they {@link Needs need}: one per JVM, started at first use, grown
 * on demand, stopped after the last test.
 *
 * <p>What is not built fails the class under {@code CI=true} and switches it off loudly elsewhere:
 * a green build in CI must mean that these tests ran.
 */
public final class TestbedExtension
    implements ExecutionCondition,
        BeforeAllCallback,
        AfterAllCallback,
        ParameterResolver,
        TestInstancePostProcessor {
  private static final Namespace OURS = Namespace.create(TestbedExtension.class);

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    var verdict = verdict(Binaries.missing(parts(context)), isCi());
    if (verdict.isDisabled() && context.getTestMethod().isEmpty()) {
      System.out.println(
          "*** SKIPPED " + context.getDisplayName() + ": " + verdict.getReason().orElseThrow());
    }
    return verdict;
  }

  /** In CI the class goes on, and fails with the same sentence when it asks for the testbed. */
  static ConditionEvaluationResult verdict(List<String> missing, boolean ci) {
    return missing.isEmpty() || ci
        ? ConditionEvaluationResult.enabled("the testbed is built, or must be")
        : ConditionEvaluationResult.disabled(Testbed.howToBuild(missing));
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    shared(context);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    var testbed = store(context).get(key(context), Testbed.class);
    if (testbed != null) {
      testbed.dropNamespaces();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Testbed.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return shared(context);
  }

  @Override
  public void postProcessTestInstance(Object test, ExtensionContext context)
      throws IllegalAccessException {
    for (Class<?> type = test.getClass(); type != Object.class; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (field.getType() == Testbed.class && !Modifier.isStatic(field.getModifiers())) {
          field.setAccessible(true);
          field.set(test, shared(context));
        }
      }
    }
  }

  /** The testbed that this JVM shares, with what the test class needs; for other extensions. */
  public static Testbed shared(ExtensionContext context) {
    var testbed =
        store(context).computeIfAbsent(key(context), _ -> Testbed.start(Set.of()), Testbed.class);
    testbed.add(parts(context));
    return testbed;
  }

  /** What is stored ends with the run, or, for a class that is alone, with the class. */
  private static Store store(ExtensionContext context) {
    return (needs(context).alone() ? context : context.getRoot()).getStore(OURS);
  }

  private static Object key(ExtensionContext context) {
    return needs(context).alone() ? context.getRequiredTestClass() : Testbed.class;
  }

  private static Set<Part> parts(ExtensionContext context) {
    return Set.of(needs(context).value());
  }

  private static Needs needs(ExtensionContext context) {
    for (Class<?> type = context.getRequiredTestClass();
        type != null;
        type = type.getEnclosingClass()) {
      Needs needs = type.getAnnotation(Needs.class);
      if (needs != null) {
        return needs;
      }
    }
    throw new IllegalStateException("no @Needs on " + context.getRequiredTestClass());
  }

  private static boolean isCi() {
    return "true".equals(System.getenv("CI"));
  }
}
