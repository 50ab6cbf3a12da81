package dev.palinode.controller;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;

/** The borders inside the controller; those between modules are Maven's. */
@AnalyzeClasses(
    packages = "dev.palinode.controller",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "dev.palinode.controller.";

  /** A test could not play it otherwise. */
  @ArchTest
  static final ArchRule decide_isPure =
      classes()
          .that()
          .resideInAPackage(ROOT + "decide..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              ROOT + "decide..",
              "dev.palinode.crds..",
              "io.fabric8.kubernetes.api.model..",
              "org.jspecify..",
              "java..");

  @ArchTest
  static final ArchRule decide_touchesNothingOutside =
      noClasses()
          .that()
          .resideInAPackage(ROOT + "decide..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.io..", "java.net..", "java.nio.file..", "java.util.concurrent..")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Random.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Thread.class);

  @ArchTest
  static final ArchRule ports_speakOurValues =
      classes()
          .that()
          .resideInAPackage(ROOT + "ports..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              ROOT + "ports..",
              ROOT + "decide..",
              "dev.palinode.crds..",
              "org.jspecify..",
              "java..");

  @ArchTest
  static final ArchRule loop_knowsNoAdapter =
      noClasses()
          .that()
          .resideInAnyPackage(ROOT + "observe..", ROOT + "act..", ROOT + "reconcile..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              ROOT + "istio..",
              ROOT + "workload..",
              ROOT + "gitops..",
              ROOT + "kube..",
              ROOT + "writer..",
              ROOT + "app..",
              "io.fabric8.kubernetes.client..");

  @ArchTest
  static final ArchRule adapters_knowNeitherLoopNorEachOther =
      noClasses()
          .that()
          .resideInAnyPackage(
              ROOT + "istio..", ROOT + "workload..", ROOT + "gitops..", ROOT + "kube..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              ROOT + "observe..",
              ROOT + "act..",
              ROOT + "reconcile..",
              ROOT + "writer..",
              ROOT + "app..");

  @ArchTest
  static final ArchRule writer_knowsNoLoop =
      noClasses()
          .that()
          .resideInAPackage(ROOT + "writer..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              ROOT + "observe..",
              ROOT + "act..",
              ROOT + "reconcile..",
              ROOT + "app..",
              ROOT + "istio..");

  /** The framework of the loop and that of the program can be changed in one package. */
  @ArchTest
  static final ArchRule frameworks_stayInApp =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "app..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.springframework..", "io.javaoperatorsdk..", "picocli..");

  @ArchTest
  static final ArchRule nobody_dependsOnApp =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "app..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + "app..");

  @ArchTest
  static final ArchRule time_arrivesAsAnArgument =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "app..")
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(InstantSource.class, "system")
          .orShould()
          .callMethod(Clock.class, "systemUTC")
          .orShould()
          .callMethod(System.class, "currentTimeMillis");

  @ArchTest
  static final ArchRule packages_haveNoCycle =
      slices().matching(ROOT + "(*)..").should().beFreeOfCycles();
}
