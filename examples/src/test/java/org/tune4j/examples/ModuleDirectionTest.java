package org.tune4j.examples;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sources, methods and recipes know the engine and not each other; the examples alone know all. */
class ModuleDirectionTest {
  private static final String ROOT = "org.tune4j.";
  private static final List<String> PARTS =
      List.of("sources", "lora", "prefix", "full", "rlhf", "eval");
  private static JavaClasses classes;

  @BeforeAll
  static void read() {
    classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.tune4j");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sources", "lora", "prefix", "full", "rlhf", "eval"})
  void partKnowsTheEngineOnly(String module) {
    knowsNoneOf(
        module,
        Stream.concat(PARTS.stream(), Stream.of("examples", "testdata"))
            .filter(other -> !other.equals(module)));
  }

  @Test
  void engineKnowsNoPart() {
    knowsNoneOf("engine", Stream.concat(PARTS.stream(), Stream.of("examples")));
  }

  @Test
  void testDataKnowsNothing() {
    knowsNoneOf("testdata", Stream.concat(PARTS.stream(), Stream.of("examples", "engine")));
  }

  @Test
  void everyModuleIsKnownHere() {
    Set<String> found =
        classes.stream()
            .map(JavaClass::getPackageName)
            .map(name -> name.substring(ROOT.length()).split("\\.")[0])
            .collect(Collectors.toSet());
    found.removeAll(PARTS);
    assertThat(found).isSubsetOf("engine", "examples", "testdata").contains("engine", "examples");
  }

  private static void knowsNoneOf(String module, Stream<String> others) {
    noClasses()
        .that()
        .resideInAPackage(ROOT + module + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others.map(other -> ROOT + other + "..").toArray(String[]::new))
        .allowEmptyShould(true)
        .check(classes);
  }
}
