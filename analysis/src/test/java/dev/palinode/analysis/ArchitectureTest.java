package dev.palinode.analysis;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
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
                "dev.palinode.analysis"))
        .check(MAIN);
  }

  @Test
  void adapter_addsOnlyJsonResilienceAndLogging() {
    classes()
        .that()
        .resideInAPackage("dev.palinode.analysis.prometheus")
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "java..",
                "org.jspecify..",
                "com.fasterxml.jackson..",
                "io.github.resilience4j..",
                "org.slf4j..",
                "dev.palinode.analysis.."))
        .check(MAIN);
  }

  @Test
  void judge_hasNoClockNoThreadAndNoDice() {
    noClasses()
        .that(not(resideInAPackage("dev.palinode.analysis.prometheus")))
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
