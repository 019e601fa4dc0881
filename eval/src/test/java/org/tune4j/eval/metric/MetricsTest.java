package org.tune4j.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;

class MetricsTest {
  private static final List<String> TEXTS =
      List.of(
          "The bank lent 42 million.",
          "患者每日服用50mg药物。",
          "Yields rose by 25 basis points in 2024.",
          "营收增长8%，达到21亿元。",
          "It costs 3/4 of that.");

  private static double value(Metric metric, String wanted, String got) {
    return metric.value(got.replace("|", "\n"), List.of(wanted.replace("|", "\n")));
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
    assertThat(value(new ExactMatch(), wanted, got)).isEqualTo(value);
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
    assertThat(value(new LabelAccuracy(), wanted, got)).isEqualTo(value);
  }

  static List<Metric> all() {
    return Metrics.all();
  }

  /** 0 or 100 or 1: what the metric says of a text that is its reference. */
  private static double perfect(Metric metric) {
    return metric instanceof Ter ? 0 : metric instanceof Bleu || metric instanceof Chrf ? 100 : 1;
  }

  @ParameterizedTest
  @MethodSource("all")
  void whatIsWantedIsPerfect(Metric metric) {
    assertThat(metric.name()).matches("[a-zA-Z0-9]+(_[a-z0-9]+)*");
    assertThat(Metrics.named(metric.name())).isSameAs(metric);
    MetricRows rows = new MetricRows(metric);
    for (String text : TEXTS) {
      assertThat(metric.value(text, List.of("something else 7", text)))
          .isEqualTo(perfect(metric), within(1e-9));
      rows.add(text, List.of(text));
    }
    assertThat(rows.score()).isEqualTo(perfect(metric), within(1e-9));
  }

  @ParameterizedTest
  @MethodSource("all")
  void aWrongAnswerIsWorthLessAndNoAnswerNothing(Metric metric) {
    double right = metric.value("the answer is 12", List.of("the answer is 12"));
    double wrong = metric.value("it may be 13 or so", List.of("the answer is 12"));
    double silent = metric.value("", List.of("the answer is 12"));
    assertThat(right > wrong).isEqualTo(metric.higherIsBetter());
    assertThat(right > silent).isEqualTo(metric.higherIsBetter());
    assertThat(silent).isEqualTo(metric.higherIsBetter() ? 0 : 100);
  }

  @ParameterizedTest
  @MethodSource("all")
  void theOrderOfRowsAndReferencesMeansNothing(Metric metric) {
    Random random = new Random(3);
    List<List<String>> rows = new ArrayList<>();
    for (String text : TEXTS) {
      for (String other : TEXTS) {
        rows.add(List.of(other, text, text + " 5"));
      }
    }
    double score = score(metric, rows, false);
    for (int i = 0; i < 5; i++) {
      Collections.shuffle(rows, random);
      // of references that are equally close chrF counts the n-grams of the first, as the peer does
      boolean swapped = i % 2 == 0 && !(metric instanceof Chrf);
      assertThat(score(metric, rows, swapped)).isEqualTo(score, within(1e-9));
    }
  }

  private static double score(Metric metric, List<List<String>> rows, boolean swapped) {
    MetricRows measured = new MetricRows(metric);
    for (List<String> row : rows) {
      List<String> references = new ArrayList<>(row.subList(1, 3));
      if (swapped) {
        Collections.reverse(references);
      }
      measured.add(row.get(0), references);
    }
    return measured.score();
  }

  @ParameterizedTest
  @MethodSource("all")
  void statisticsOfRowsAddUp(Metric metric) {
    List<List<String>> references = TEXTS.stream().map(List::of).toList();
    List<String> answers = new ArrayList<>(TEXTS);
    Collections.rotate(answers, 1);
    MetricRows rows = MetricRows.of(metric, answers, references);
    double[] sums = new double[rows.statistics().get(0).length];
    rows.statistics().forEach(row -> addTo(sums, row));
    assertThat(metric.score(sums)).isEqualTo(rows.score());
    assertThat(rows.signature()).startsWith("nrefs:1");
  }

  private static void addTo(double[] sums, double[] row) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += row[i];
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void whatCannotBeMeasuredIsRefused(Metric metric) {
    assertThatThrownBy(() -> metric.statistics("7", List.of()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no reference");
    assertThatThrownBy(() -> metric.value("7", List.of())).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> MetricRows.of(metric, List.of("7", "8"), List.of(List.of("7"))))
        .isInstanceOf(DataException.class)
        .hasMessage(metric.name() + ": 2 hypotheses and references of 1; wanted equally many");
    assertThatThrownBy(() -> new MetricRows(metric).score())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("no row");
  }

  @ParameterizedTest
  @CsvSource({"bleu, ' '", "chrf, ''", "ter, '|'", "rouge1, '!?'", "rougeLsum, 'день'"})
  void aReferenceWithoutATokenIsRefused(String name, String reference) {
    MetricRows rows = new MetricRows(Metrics.named(name));
    rows.add("x", List.of("x"));
    assertThatThrownBy(() -> rows.add("", List.of(reference.replace("|", "\n"))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(name + ", row 2: ")
        .hasMessageContaining("has no token");
    assertThat(rows.statistics()).hasSize(1);
  }

  @Test
  void aReferenceWithoutANumberIsRefused() {
    assertThatThrownBy(() -> new NumericMatch().value("12", List.of("twelve")))
        .isInstanceOf(DataException.class)
        .hasMessage("the reference \"twelve\" has no number");
  }

  @Test
  void theTokenizerGoesByTheScriptAndStandsInTheSignature() {
    MetricRows english = new MetricRows(Bleu.DEFAULT);
    english.add("Yields fell.", List.of("Yields rose.", "The word 涨 is Chinese."));
    assertThat(english.signature()).contains("|tok:13a|");
    MetricRows chinese = new MetricRows(Bleu.DEFAULT);
    chinese.add("Yields fell.", List.of("LDL-C明显下降。"));
    assertThat(chinese.signature()).contains("|tok:zh|");
    chinese.add("Yields fell.", List.of("Yields rose."));
    assertThat(chinese.signature()).contains("|tok:13a+zh|");
  }

  @Test
  void aShortTextThatIsRightIsWorthSomethingByItself() {
    assertThat(Bleu.DEFAULT.value("Bond yields", List.of("Bond yields")))
        .isEqualTo(100, within(1e-9));
    assertThat(Bleu.DEFAULT.score(Bleu.DEFAULT.statistics("a b", List.of("a b")))).isZero();
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
