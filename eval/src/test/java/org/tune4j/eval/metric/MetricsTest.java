package org.tune4j.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;

class MetricsTest {
  private static Answer answer(String wanted, String got) {
    return new Answer("prompt", wanted.replace("|", "\n"), got.replace("|", "\n"));
  }

  @ParameterizedTest
  @CsvSource({
    "'Paris', 'Paris', 1",
    "' Paris|', '|Paris ', 1",
    "'Paris', 'paris', 0",
    "'Paris', 'Paris|It is', 0",
    "'', ' ', 1",
    "'a  b', 'a b', 0"
  })
  void exactMatch(String wanted, String got, double value) {
    assertThat(new ExactMatch().value(answer(wanted, got))).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({
    "'positive', ' Positive ', 1",
    "'positive', '|positive|because it is', 1",
    "'positive', 'positive because', 0",
    "'very  good', 'Very good', 1",
    "'two|lines', 'Two|lines', 1",
    "'two|lines', 'two', 0",
    "'', '|', 1",
    "'positive', '', 0"
  })
  void labelAccuracy(String wanted, String got, double value) {
    assertThat(new LabelAccuracy().value(answer(wanted, got))).isEqualTo(value);
  }

  static List<Metric> all() {
    return Metrics.all();
  }

  @ParameterizedTest
  @MethodSource("all")
  void aRightAnswerIsWorthMoreThanAWrongOne(Metric metric) {
    assertThat(metric.name()).matches("[a-z0-9]+(_[a-z0-9]+)*");
    assertThat(Metrics.named(metric.name())).isSameAs(metric);
    double right = metric.value(answer("yes", "yes"));
    double wrong = metric.value(answer("yes", "no"));
    assertThat(right > wrong).isEqualTo(metric.higherIsBetter());
    assertThat(metric.aggregate(new double[] {right, wrong, wrong, wrong}))
        .isBetween(Math.min(right, wrong), Math.max(right, wrong));
    assertThat(metric.aggregate(new double[] {right})).isEqualTo(right);
  }

  @Test
  void everyMetricIsListedOnce() {
    assertThat(
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("org.tune4j.eval")
                    .stream()
                    .filter(c -> c.isAssignableTo(Metric.class) && !c.isInterface())
                    .map(JavaClass::getName)
                    .collect(Collectors.toSet()))
        .isEqualTo(
            Metrics.all().stream().map(m -> m.getClass().getName()).collect(Collectors.toSet()));
    assertThat(Metrics.all()).extracting(Metric::name).doesNotHaveDuplicates();
  }

  @Test
  void anUnknownNameIsRefusedWithTheNearest() {
    assertThatThrownBy(() -> Metrics.named("exact_macth"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("did you mean exact_match?");
  }
}
