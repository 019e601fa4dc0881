package org.tune4j.examples;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Nothing is fetched and nothing reported, but to an address that the user names: a judge's, a
 * tracking server's.
 */
class NoNetworkTest {
  private static final DescribedPredicate<JavaClass> NETWORK =
      resideInAnyPackage("java.net..", "javax.net..", "java.rmi..", "com.sun.net..", "org.mlflow..")
          .or(named("java\\.nio\\.channels\\..*(Socket|Datagram|Multicast).*"));

  /** Those that do: each is given the address, and no class below has one of its own. */
  private static final DescribedPredicate<JavaClass> TALKS =
      named("org\\.tune4j\\.eval\\.judge\\.(ChatEndpoint|HttpPost)(\\$.*)?")
          .or(named("org\\.tune4j\\.eval\\.sink\\.Mlflow.*"));

  private static JavaClasses classes;

  private static DescribedPredicate<JavaClass> named(String expression) {
    return DescribedPredicate.describe(
        "named " + expression, type -> type.getName().matches(expression));
  }

  @BeforeAll
  static void read() {
    classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("org.tune4j");
  }

  @Test
  void noOtherClassTalksToANetwork() {
    noClasses()
        .that(DescribedPredicate.not(TALKS))
        .should()
        .dependOnClassesThat(NETWORK)
        .check(classes);
  }

  @Test
  void onlyWhatReadsTheUsersAddressUsesThem() {
    noClasses()
        .that(DescribedPredicate.not(TALKS))
        .and(
            DescribedPredicate.not(
                named("org\\.tune4j\\.examples\\.cli\\.(JudgeCommand|ReportTo|RunSinks)(\\$.*)?")))
        .should()
        .dependOnClassesThat(TALKS)
        .check(classes);
  }
}
