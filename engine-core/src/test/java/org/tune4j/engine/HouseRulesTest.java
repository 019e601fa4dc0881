package org.tune4j.engine;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.core.domain.JavaModifier.STATIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.THROW_GENERIC_EXCEPTIONS;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.report.RunMeters;

/** The rules of the house that can be read from compiled classes. */
class HouseRulesTest {
  private static final String ROOT = "org.tune4j.engine";

  /**
   * The packages, lowest first: each may use those above it in this list. {@code adapt} and {@code
   * model} stand on one line: a model's program is written with an adapter in it, and an adapter
   * names sites of a model.
   */
  private static final List<List<String>> LAYERS =
      List.of(
          List.of("text"),
          List.of("tensor"),
          List.of("kernel"),
          List.of("checkpoint"),
          List.of("gguf"),
          List.of("tokenize"),
          List.of("data"),
          List.of("adapt", "model"),
          List.of("generate"),
          List.of("preflight"),
          List.of("objective"),
          List.of("soup"),
          List.of("predict"),
          List.of("optim"),
          List.of("train"),
          List.of("report"),
          List.of("trainer"));

  private static JavaClasses classes;

  @BeforeAll
  static void read() {
    classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);
  }

  static List<Integer> layers() {
    return IntStream.range(0, LAYERS.size()).boxed().toList();
  }

  @ParameterizedTest
  @MethodSource("layers")
  void packageUsesOnlyPackagesBelow(int layer) {
    String[] own = names(LAYERS.subList(layer, layer + 1));
    String[] above = names(LAYERS.subList(layer + 1, LAYERS.size()));
    if (above.length > 0) {
      noClasses()
          .that()
          .resideInAnyPackage(own)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(above)
          .allowEmptyShould(true)
          .check(classes);
    }
  }

  private static String[] names(List<List<String>> layers) {
    return layers.stream()
        .flatMap(List::stream)
        .map(name -> ROOT + "." + name + "..")
        .toArray(String[]::new);
  }

  @Test
  void everyPackageHasItsLayer() {
    Set<String> known = LAYERS.stream().flatMap(List::stream).collect(Collectors.toSet());
    Set<String> found =
        classes.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !name.equals(ROOT))
            .map(name -> name.substring(ROOT.length() + 1).split("\\.")[0])
            .collect(Collectors.toSet());
    assertThat(known).containsAll(found);
  }

  @Test
  void rootPackageUsesNoOther() {
    noClasses()
        .that()
        .resideInAPackage(ROOT)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(names(LAYERS))
        .check(classes);
  }

  /** Rows are known without anything of what they mean. */
  @Test
  void sourcesOfRowsUseTheRootPackageOnly() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".data.source")
        .should()
        .dependOnClassesThat(
            resideInAPackage(ROOT + "..").and(resideOutsideOfPackages(ROOT, ROOT + ".data.source")))
        .check(classes);
  }

  /** The format is known without any model. */
  @Test
  void ggufUsesFilesOnly() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".gguf")
        .should()
        .dependOnClassesThat(
            resideInAPackage(ROOT + "..")
                .and(resideOutsideOfPackages(ROOT, ROOT + ".gguf", ROOT + ".checkpoint")))
        .check(classes);
  }

  @Test
  void djlIsUsedWhereNativeCodeIsOwnedOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + ".tensor", ROOT + ".kernel", ROOT + ".tokenize")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.djl..")
        .check(classes);
  }

  /** Applications without Micrometer must not meet it. */
  @Test
  void micrometerIsUsedByItsGaugesOnly() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(ROOT + ".report.RunMeters")
        .should()
        .dependOnClassesThat(resideInAPackage("io.micrometer..").or(type(RunMeters.class)))
        .check(classes);
  }

  /** Templates come with models, so what runs them must have nothing to give away. */
  @Test
  void templatesReachNothing() {
    String jinja = ROOT + ".tokenize.jinja";
    noClasses()
        .that()
        .resideInAPackage(jinja)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.lang.reflect..", "java.io..", "java.nio.file..", "java.net..")
        .check(classes);
  }

  @Test
  void nothingIsPrinted() {
    noClasses().should(ACCESS_STANDARD_STREAMS).check(classes);
  }

  @Test
  void everyExceptionSaysWhatItIs() {
    noClasses().should(THROW_GENERIC_EXCEPTIONS).check(classes);
  }

  @Test
  void everyFamilyIsListed() {
    JavaClass list = classes.get(ROOT + ".model.arch.Architectures");
    Set<JavaClass> listed =
        list.getMethodReferencesFromSelf().stream()
            .filter(reference -> reference.getTarget().getName().equals("describe"))
            .map(reference -> reference.getTargetOwner())
            .collect(Collectors.toSet());
    Set<JavaClass> families =
        classes.stream()
            .filter(c -> c.getPackageName().equals(ROOT + ".model.arch") && !c.equals(list))
            .filter(c -> c.getMethods().stream().anyMatch(HouseRulesTest::describesAFamily))
            .collect(Collectors.toSet());
    assertThat(families).hasSizeGreaterThanOrEqualTo(3);
    assertThat(listed).isEqualTo(families);
  }

  @Test
  void everyPreflightCheckIsListed() {
    JavaClass list = classes.get(ROOT + ".preflight.Checks");
    Set<JavaClass> listed =
        list.getConstructorCallsFromSelf().stream()
            .map(call -> call.getTargetOwner())
            .filter(c -> c.isAssignableTo(ROOT + ".preflight.Check"))
            .collect(Collectors.toSet());
    Set<JavaClass> checks =
        classes.stream()
            .filter(c -> c.isAssignableTo(ROOT + ".preflight.Check") && !c.isInterface())
            .collect(Collectors.toSet());
    assertThat(checks).hasSizeGreaterThanOrEqualTo(16);
    assertThat(listed).isEqualTo(checks);
  }

  private static boolean describesAFamily(JavaMethod method) {
    return method.getName().equals("describe")
        && method.getModifiers().contains(STATIC)
        && method.getRawParameterTypes().stream()
            .map(JavaClass::getSimpleName)
            .toList()
            .equals(List.of("ConfigJson"));
  }
}
