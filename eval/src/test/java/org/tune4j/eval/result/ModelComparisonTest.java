package org.tune4j.eval.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.DataException;
import org.tune4j.eval.metric.Bleu;
import org.tune4j.eval.metric.ExactMatch;
import org.tune4j.eval.metric.Metric;
import org.tune4j.eval.stats.McNemar;
import org.tune4j.eval.stats.SampleSize;

class ModelComparisonTest {
  private static final ModelComparison COMPARISON = new ModelComparison(Certainty.DEFAULT);

  /** Answers to 100 prompts, right where said. */
  private static EvalResult answers(String model, IntPredicate right) {
    List<EvalRow> rows = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      String wanted = "the answer to question number " + i + " is known";
      String got = right.test(i) ? wanted : "the answer is not known to me";
      rows.add(new EvalRow.Completion("f:" + i, "prompt " + i, List.of(wanted), got));
    }
    List<Metric> metrics = List.of(new ExactMatch(), Bleu.DEFAULT);
    return new EvalResult(
        "answers",
        model,
        RowFigures.of(rows, metrics).stream().map(Certainty.DEFAULT::measure).toList(),
        rows);
  }

  @Test
  void sharesAreComparedByMcNemarAndOthersByRandomisation() {
    EvalResult first = answers("one", i -> i % 2 == 0);
    EvalResult second = answers("two", i -> i % 2 == 0 && i > 10 || i > 60);
    List<FigureComparison> found = COMPARISON.compare(List.of(first), List.of(second));
    FigureComparison share = found.get(0);
    // Even ones to 10 are lost, odd ones from 61 are won.
    McNemar counts = new McNemar(6, 20);
    assertThat(share.name()).isEqualTo("exact_match");
    assertThat(share.difference()).isCloseTo(0.14, within(1e-12));
    assertThat(share.isBetter()).isTrue();
    assertThat(share.p()).isEqualTo(counts.exact().p());
    assertThat(share.rowsNeeded()).hasValue(new SampleSize(0.05, 0.8).mcNemar(0.06, 0.20));
    assertThat(share.interval().orElseThrow().contains(0.14)).isTrue();
    FigureComparison bleu = found.get(1);
    assertThat(bleu.test()).isEqualTo("randomisation");
    assertThat(bleu.p()).isBetween(0.0, 0.05);
    assertThat(bleu.difference())
        .isEqualTo(second.figures().get(1).value() - first.figures().get(1).value());
  }

  @Test
  void aModelDoesNotDifferFromItself() {
    EvalResult one = answers("one", i -> i % 3 == 0);
    for (FigureComparison each : COMPARISON.compare(List.of(one), List.of(one))) {
      assertThat(each.difference()).isZero();
      assertThat(each.p()).isOne();
      assertThat(each.rowsNeeded()).isEmpty();
    }
  }

  /** Of rows that are labelled right where said, as sure as the row's number tells. */
  private static EvalResult labels(String model, IntPredicate right) {
    List<EvalRow> rows = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      double no = (i % 2 == 0) == right.test(i) ? 0.55 + 0.005 * i : 0.45 - 0.005 * i;
      Map<String, Double> probabilities = new LinkedHashMap<>();
      probabilities.put("no", no);
      probabilities.put("yes", 1 - no);
      String gold = i % 2 == 0 ? "no" : "yes";
      String said = no > 0.5 ? "no" : "yes";
      rows.add(
          new EvalRow.Label("f:" + i, "text " + i, List.of(gold), List.of(said), probabilities));
    }
    return new EvalResult(
        "labels",
        model,
        RowFigures.of(rows, List.of()).stream().map(Certainty.DEFAULT::measure).toList(),
        rows);
  }

  /** Swapping rows of two models tells nothing of a metric that is no function of sums. */
  @Test
  void ranksAndCurvesHaveAnIntervalAndNoTest() {
    EvalResult first = labels("one", i -> i % 3 != 0);
    EvalResult second = labels("two", i -> i % 10 != 0);
    for (FigureComparison each : COMPARISON.compare(List.of(first), List.of(second))) {
      boolean tested = !List.of("roc_auc", "pr_auc", "ece", "aurc").contains(each.name());
      assertThat(Double.isNaN(each.p())).as(each.name()).isNotEqualTo(tested);
      assertThat(each.test().isEmpty()).as(each.name()).isNotEqualTo(tested);
      assertThat(each.interval().orElseThrow().contains(each.difference()))
          .as(each.name())
          .isTrue();
    }
  }

  @Test
  void otherRowsAreRefused() {
    EvalResult one = answers("one", i -> true);
    List<EvalRow> swapped = new ArrayList<>(one.rows());
    swapped.set(3, one.rows().get(4));
    EvalResult other = new EvalResult("answers", "two", one.figures(), swapped);
    assertThatThrownBy(() -> COMPARISON.compare(List.of(one), List.of(other)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("row 4")
        .hasMessageContaining("f:3");
    EvalResult elsewhere = new EvalResult("other", "two", one.figures(), one.rows());
    assertThatThrownBy(() -> COMPARISON.compare(List.of(one), List.of(elsewhere)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("answers")
        .hasMessageContaining("other");
  }

  private static List<EvalResult> run(double value) {
    return List.of(new EvalResult("t", "m", List.of(Figure.of("f1", value, 10, true)), List.of()));
  }

  @Test
  void runsOfSeveralSeedsAreSummedUp() {
    List<List<EvalResult>> first = List.of(run(0.5), run(0.6), run(0.7));
    List<List<EvalResult>> second = List.of(run(0.8), run(0.9));
    SeedComparison found = SeedComparison.of(first, second).get(0);
    assertThat(found.baseline().mean()).isCloseTo(0.6, within(1e-12));
    assertThat(found.baseline().standardDeviation()).isCloseTo(0.1, within(1e-12));
    assertThat(found.candidate().orElseThrow().mean()).isCloseTo(0.85, within(1e-12));
    // scipy.stats.ttest_ind([.5,.6,.7], [.8,.9], equal_var=False)
    assertThat(found.p()).isCloseTo(0.04941625686257744, within(1e-9));
    assertThat(SeedComparison.of(first, List.of()).get(0).candidate()).isEmpty();
    assertThatThrownBy(() -> SeedComparison.of(List.of(run(0.5)), List.of()))
        .isInstanceOf(DataException.class);
  }
}
