package dev.palinode.gitwriter;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.File;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  /** What compares and merges lines does it with JGit's algorithms, in memory. */
  private static final String LINES = "dev\\.palinode\\.gitwriter\\.edit\\.(ThreeWay|Provenance)";

  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.palinode.gitwriter");

  @Test
  void writer_knowsNoClusterNoFrameworkNoMetrics() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.fabric8..",
            "io.javaoperatorsdk..",
            "org.springframework..",
            "io.prometheus..",
            "io.micrometer..")
        .check(classes);
  }

  @Test
  void jgit_staysInItsAdapter() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.palinode.gitwriter.jgit..", "dev.palinode.gitwriter.audit..")
        .and()
        .haveNameNotMatching(LINES)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.eclipse.jgit..", "dev.palinode.gitwriter.jgit..")
        .check(classes);
  }

  /** Who judges the writer must not repeat its mistakes. */
  @Test
  void audit_sharesNothingWithPlannerAndWriterButTheGitLibrary() {
    noClasses()
        .that()
        .resideInAPackage("dev.palinode.gitwriter.audit..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.palinode..")
                .and(not(resideInAPackage("dev.palinode.gitwriter.audit.."))))
        .check(classes);
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.palinode.gitwriter.audit..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.palinode.gitwriter.audit..")
        .check(classes);
  }

  @Test
  void linesAreCompared_byJgitsAlgorithmsAlone() {
    noClasses()
        .that()
        .haveNameMatching(LINES)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.eclipse.jgit.api..",
            "org.eclipse.jgit.lib..",
            "org.eclipse.jgit.storage..",
            "org.eclipse.jgit.transport..",
            "org.eclipse.jgit.treewalk..",
            "dev.palinode.gitwriter.jgit..")
        .check(classes);
  }

  @Test
  void planner_hasNoClockNoFilesNoNetworkNoChance() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.palinode.gitwriter.plan", "dev.palinode.gitwriter.edit")
        .and()
        .haveNameNotMatching(".*\\.ThreeWay") // JGit writes a merge to a stream
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.io", "java.nio.file..", "java.net..", "java.util.random..", "org.slf4j..")
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(
            Clock.class, InstantSource.class, Thread.class, File.class, java.util.Random.class)
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .check(classes);
  }

  @Test
  void packages_haveNoCycles() {
    slices().matching("dev.palinode.gitwriter.(*)..").should().beFreeOfCycles().check(classes);
  }
}
