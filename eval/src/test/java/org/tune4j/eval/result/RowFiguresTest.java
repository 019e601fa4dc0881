package org.tune4j.eval.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.DataException;
import org.tune4j.eval.label.ConfusionMatrix;
import org.tune4j.eval.metric.Metrics;
import org.tune4j.eval.stats.Proportion;
import org.tune4j.eval.stats.RowStatistics;
import org.tune4j.eval.task.OutputType;

class RowFiguresTest {
  private static EvalRow.Label label(String expected, double... probabilities) {
    Map<String, Double> all = new LinkedHashMap<>();
    int best = 0;
    for (int i = 0; i < probabilities.length; i++) {
      all.put(String.valueOf((char) ('a' + i)), probabilities[i]);
      best = probabilities[i] > probabilities[best] ? i : best;
    }
    String predicted = String.valueOf((char) ('a' + best));
    return new EvalRow.Label("f:1", "t", List.of(expected), List.of(predicted), all);
  }

  private static double value(List<? extends EvalRow> rows, String name) {
    return RowFigures.of(List.copyOf(rows), Metrics.all()).stream()
        .filter(figure -> figure.name().equals(name))
        .findFirst()
        .orElseThrow()
        .value();
  }

  @Test
  void exclusiveLabels() {
    List<EvalRow.Label> rows =
        List.of(
            label("a", 0.9, 0.1), label("b", 0.6, 0.4), label("b", 0.2, 0.8), label("a", 0.7, 0.3));
    assertThat(value(rows, "accuracy")).isEqualTo(0.75);
    // a: 2 of 3 said, 2 of 2 found; b: 1 of 1 said, 1 of 2 found.
    assertThat(value(rows, "precision_macro")).isCloseTo((2.0 / 3 + 1) / 2, within(1e-12));
    assertThat(value(rows, "f1_macro")).isCloseTo((0.8 + 2.0 / 3) / 2, within(1e-12));
    // Every b is thought more probable than every a.
    assertThat(value(rows, "roc_auc")).isOne();
    assertThat(value(rows, "log_loss"))
        .isCloseTo(
            -(Math.log(0.9) + Math.log(0.4) + Math.log(0.8) + Math.log(0.7)) / 4, within(1e-12));
    assertThat(value(rows, "brier")).isCloseTo(2 * (0.01 + 0.36 + 0.04 + 0.09) / 4, within(1e-12));
    // The least sure answer is the wrong one: risks 0, 0, 0, 1/4.
    assertThat(value(rows, "aurc")).isCloseTo(1.0 / 16, within(1e-12));
  }

  @Test
  void ofOneLabelNothingIsUncertain() {
    List<EvalRow> rows = List.of(label("a", 1.0), label("a", 1.0));
    assertThat(value(rows, "accuracy")).isOne();
    assertThat(value(rows, "f1_macro")).isOne();
    assertThat(RowFigures.of(rows, List.of()))
        .extracting(RowFigure::name)
        .doesNotContain("roc_auc", "log_loss");
  }

  @Test
  void anyNumberOfLabels() {
    Map<String, Double> each = new LinkedHashMap<>(Map.of("a", 0.5));
    each.put("b", 0.9);
    List<EvalRow> rows =
        List.of(
            new EvalRow.Label("f:1", "t", List.of("a", "b"), List.of("b"), each),
            new EvalRow.Label("f:2", "t", List.of(), List.of(), each),
            new EvalRow.Label("f:3", "t", List.of("b", "a"), List.of("a", "b"), each));
    assertThat(value(rows, "accuracy")).isCloseTo(2.0 / 3, within(1e-12));
    assertThat(value(rows, "f1_micro")).isCloseTo(6.0 / 7, within(1e-12));
    assertThat(value(rows, "f1_macro")).isCloseTo((2.0 / 3 + 1) / 2, within(1e-12));
  }

  @Test
  void entitiesAndWords() {
    List<EvalRow> rows =
        List.of(
            new EvalRow.Tags("f:1", "a b", List.of("B-X", "I-X"), List.of("B-X", "O")),
            new EvalRow.Tags("f:2", "c d", List.of("O", "B-Y"), List.of("O", "B-Y")));
    assertThat(value(rows, "accuracy")).isEqualTo(0.75);
    assertThat(value(rows, "f1")).isEqualTo(0.5);
  }

  @Test
  void noFigureHasANameThatTaskFilesDoNotKnow() {
    Map<OutputType, List<EvalRow>> rows =
        Map.of(
            OutputType.MULTIPLE_CHOICE,
            List.of(new EvalRow.Choice("f:1", "q", List.of("x", "yy"), 1, List.of(-3.0, -2.0))),
            OutputType.CLASSIFICATION,
            List.of(label("a", 0.5, 0.3, 0.2), label("b", 0.5, 0.3, 0.2)),
            OutputType.TOKEN_CLASSIFICATION,
            List.of(new EvalRow.Tags("f:1", "a", List.of("B-X"), List.of("B-X"))),
            OutputType.LOGLIKELIHOOD_ROLLING,
            List.of(new EvalRow.TextLoss("f:1", "a b", 3, 2, 2, 3)));
    rows.forEach(
        (type, some) ->
            assertThat(RowFigures.of(some, List.of()))
                .extracting(RowFigure::name)
                .isNotEmpty()
                .isSubsetOf(type.figures()));
    assertThat(RowFigures.of(List.of(new EvalRow.Value("f:1", "t", 1, 2)), List.of()))
        .extracting(RowFigure::name)
        .isSubsetOf(OutputType.CLASSIFICATION.figures());
  }

  @Test
  void sharesHaveWilsonsIntervalAndOthersOneThatResamplesGive() {
    SplittableRandom random = new SplittableRandom(5);
    List<EvalRow> rows = new ArrayList<>();
    int right = 0;
    for (int i = 0; i < 200; i++) {
      double a = random.nextDouble();
      EvalRow.Label row = label(random.nextInt(4) == 0 ? "b" : a > 0.5 ? "a" : "b", a, 1 - a);
      right += row.isRight() ? 1 : 0;
      rows.add(row);
    }
    List<Figure> figures =
        RowFigures.of(rows, List.of()).stream().map(Certainty.DEFAULT::measure).toList();
    assertThat(figures.get(0).interval()).contains(new Proportion(right, 200).wilson(0.95));
    for (Figure figure : figures) {
      assertThat(figure.interval().orElseThrow().contains(figure.value()))
          .as(figure.name())
          .isTrue();
    }
  }

  @Test
  void whatIsUndefinedIsNaNWithoutAnInterval() {
    List<EvalRow> rows =
        List.of(new EvalRow.Value("f:1", "t", 1, 2), new EvalRow.Value("f:2", "t", 1, 3));
    RowFigure pearson =
        RowFigures.of(rows, List.of()).stream()
            .filter(figure -> figure.name().equals("pearson"))
            .findFirst()
            .orElseThrow();
    Figure measured = Certainty.DEFAULT.measure(pearson);
    assertThat(measured.isDefined()).isFalse();
    assertThat(measured.interval()).isEmpty();
  }

  @Test
  void aSelectionOfRowsMeasuresTheSameAsTheirSums() {
    int[] gold = {0, 1, 1, 0, 2, 2};
    int[] said = {0, 1, 0, 0, 2, 1};
    RowStatistics sums = ConfusionMatrix.rows(gold, said, 3, ConfusionMatrix::mcc);
    RowStatistics selected =
        RowStatistics.ofSelection(
            6,
            some -> {
              ConfusionMatrix matrix = new ConfusionMatrix(3);
              for (int row : some) {
                matrix.add(gold[row], said[row]);
              }
              return matrix.mcc();
            });
    int[] some = {0, 0, 2, 4, 4, 4, 5};
    assertThat(selected.metric(selected.sum(some))).isEqualTo(sums.metric(sums.sum(some)));
  }

  @Test
  void rowsThatDoNotBelongTogetherAreRefused() {
    assertThatThrownBy(() -> RowFigures.of(List.of(), List.of())).isInstanceOf(DataException.class);
    assertThatThrownBy(
            () ->
                RowFigures.of(
                    List.of(label("a", 1, 0), new EvalRow.Value("f:9", "t", 1, 2)), List.of()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("f:9");
    assertThatThrownBy(() -> RowFigures.of(List.of(label("z", 1, 0)), List.of()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("z");
    assertThatThrownBy(
            () ->
                RowFigures.of(
                    List.of(
                        new EvalRow.Choice("f:3", "q", List.of("x", "y"), 5, List.of(1.0, 2.0))),
                    List.of()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("f:3");
  }
}
