package dev.palinode.analysis;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final String[] ADAPTERS = {
    "dev.palinode.analysis.http",
    "dev.palinode.analysis.prometheus",
    "dev.palinode.analysis.providers"
  };
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.palinode.analysis");

  @Test
  void judge_knowsOnlyTheJdkAndOurValues() {
    classes()
        .that()
        .resideInAPackage("dev.palinode.analysis")
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "java..",
                "org.jspecify..",
                "org.hipparchus..",
                "dev.palinode.crds",
                "dev.palinode.analysis",
                "dev.palinode.analysis.rivals"))
        .check(MAIN);
  }

  @Test
  void rivals_knowNothingOfOurJudge() {
    classes()
        .that()
        .resideInAPackage("dev.palinode.analysis.rivals")
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "java..", "org.jspecify..", "org.hipparchus..", "dev.palinode.analysis.rivals"))
        .check(MAIN);
  }

  @Test
  void adapters_addOnlyJsonTlsResilienceAndLogging() {
    classes()
        .that()
        .resideInAnyPackage(ADAPTERS)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "java..",
                "javax.net.ssl..",
                "org.jspecify..",
                "com.fasterxml.jackson..",
                "io.github.resilience4j..",
                "org.slf4j..",
                "dev.palinode.crds",
                "dev.palinode.analysis.."))
        .check(MAIN);
  }

  @Test
  void record_addsOnlyJson() {
    classes()
        .that()
        .resideInAPackage("dev.palinode.analysis.record")
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "java..",
                "org.jspecify..",
                "com.fasterxml.jackson..",
                "dev.palinode.crds",
                "dev.palinode.analysis",
                "dev.palinode.analysis.record"))
        .check(MAIN);
  }

  /** Math's own logarithms may differ in the last bit from one machine to the next. */
  @Test
  void judge_countsTheSameOnEveryMachine() {
    for (String name : List.of("log", "log1p", "exp", "expm1", "pow", "log10")) {
      noClasses()
          .that()
          .resideInAnyPackage("dev.palinode.analysis", "dev.palinode.analysis.rivals")
          .should()
          .callMethodWhere(
              describe(
                  "Math." + name,
                  call ->
                      call.getTargetOwner().isEquivalentTo(Math.class)
                          && call.getName().equals(name)))
          .check(MAIN);
    }
  }

  @Test
  void judge_hasNoClockNoThreadAndNoDice() {
    noClasses()
        .that(not(resideInAnyPackage(ADAPTERS)))
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(Math.class, "random")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(InstantSource.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Clock.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Thread.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Random.class)
        .orShould()
        .dependOnClassesThat()
        .resideInAPackage("java.util.random")
        .check(MAIN);
  }
}
