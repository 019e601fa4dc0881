package org.tune4j.eval.result;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.tune4j.eval.label.Average;
import org.tune4j.eval.label.ConfusionMatrix;
import org.tune4j.eval.label.LabelCounts;
import org.tune4j.eval.label.LabelScore;
import org.tune4j.eval.label.MulticlassAuc;
import org.tune4j.eval.label.ProbabilityScores;
import org.tune4j.eval.label.ThresholdCurve;
import org.tune4j.eval.stats.RowStatistics;
import org.tune4j.eval.uncertainty.ReliabilityDiagram;
import org.tune4j.eval.uncertainty.RiskCoverage;

/**
 * The figures of labelled texts. Of exclusive labels all there are; of two, the areas under curves
 * are those of the second one. Of any number of labels a text, accuracy is the share of texts all
 * of whose labels are right.
 */
final class LabelFigures {
  private static final int BINS = 15;

  private final LabelRows labels;
  private final List<EvalRow.Label> rows;
  private final List<String> names;

  private LabelFigures(LabelRows labels) {
    this.labels = labels;
    this.rows = labels.rows();
    this.names = labels.names();
  }

  static List<RowFigure> of(List<EvalRow.Label> rows) {
    LabelRows labels = new LabelRows(rows);
    LabelFigures figures = new LabelFigures(labels);
    return labels.areExclusive() ? figures.exclusive() : figures.many();
  }

  private List<RowFigure> exclusive() {
    int[] gold = labels.gold();
    int[] predicted = labels.predicted();
    double[][] probabilities = labels.probabilities();
    List<RowFigure> figures = new ArrayList<>();
    figures.add(accuracy());
    figures.add(matrix("precision_macro", gold, predicted, m -> macro(m).precision()));
    figures.add(matrix("recall_macro", gold, predicted, m -> macro(m).recall()));
    figures.add(matrix("f1_macro", gold, predicted, m -> macro(m).f1()));
    figures.add(
        matrix("f1_weighted", gold, predicted, m -> m.labelCounts().score(Average.WEIGHTED).f1()));
    figures.add(matrix("mcc", gold, predicted, ConfusionMatrix::mcc));
    if (names.size() < 2) {
      return figures; // Of one label nothing is uncertain.
    }
    if (names.size() == 2) {
      boolean[] second = new boolean[gold.length];
      double[] scores = new double[gold.length];
      for (int row = 0; row < gold.length; row++) {
        second[row] = gold[row] == 1;
        scores[row] = probabilities[row][1];
      }
      figures.add(curve("roc_auc", second, scores, ThresholdCurve::rocAuc));
      figures.add(curve("pr_auc", second, scores, ThresholdCurve::averagePrecision));
    } else {
      figures.add(selection("roc_auc", true, some -> rocAuc(gold, probabilities, some)));
    }
    figures.add(
        RowFigure.mean("log_loss", false, each(gold, probabilities, ProbabilityScores::logLoss)));
    figures.add(
        RowFigure.mean("brier", false, each(gold, probabilities, ProbabilityScores::brier)));
    figures.add(selection("ece", false, some -> ece(gold, probabilities, some)));
    figures.add(selection("aurc", false, some -> aurc(gold, predicted, probabilities, some)));
    return figures;
  }

  private static LabelScore macro(ConfusionMatrix matrix) {
    return matrix.labelCounts().score(Average.MACRO);
  }

  private RowFigure accuracy() {
    return RowFigure.mean(
        "accuracy", true, rows.stream().mapToDouble(row -> row.isRight() ? 1 : 0).toArray());
  }

  private RowFigure matrix(
      String name, int[] gold, int[] predicted, ToDoubleFunction<ConfusionMatrix> metric) {
    return RowFigure.of(name, true, ConfusionMatrix.rows(gold, predicted, names.size(), metric));
  }

  private RowFigure selection(String name, boolean higher, ToDoubleFunction<int[]> metric) {
    return RowFigure.of(name, higher, RowStatistics.ofSelection(rows.size(), metric));
  }

  private double[] each(
      int[] gold, double[][] probabilities, ToDoubleFunction<ProbabilityScores> score) {
    return IntStream.range(0, gold.length)
        .mapToDouble(
            row -> {
              ProbabilityScores scores = new ProbabilityScores(names.size());
              scores.add(gold[row], probabilities[row]);
              return score.applyAsDouble(scores);
            })
        .toArray();
  }

  /** Undefined where a label has no example. */
  private double rocAuc(int[] gold, double[][] probabilities, int[] some) {
    long occurring = Arrays.stream(some).map(row -> gold[row]).distinct().count();
    if (occurring < names.size()) {
      return Double.NaN;
    }
    int[] right = Arrays.stream(some).map(row -> gold[row]).toArray();
    double[][] said =
        Arrays.stream(some).mapToObj(row -> probabilities[row]).toArray(double[][]::new);
    return MulticlassAuc.oneVsRest(right, said, Average.MACRO);
  }

  private static RowFigure curve(
      String name, boolean[] gold, double[] scores, ToDoubleFunction<ThresholdCurve> metric) {
    return RowFigure.of(name, true, ThresholdCurve.rows(gold, scores, metric));
  }

  private static double ece(int[] gold, double[][] probabilities, int[] some) {
    ReliabilityDiagram diagram = new ReliabilityDiagram(BINS);
    for (int row : some) {
      diagram.add(gold[row], probabilities[row]);
    }
    return diagram.ece();
  }

  private static double aurc(int[] gold, int[] predicted, double[][] probabilities, int[] some) {
    double[] confidences = new double[some.length];
    double[] losses = new double[some.length];
    for (int i = 0; i < some.length; i++) {
      confidences[i] = Arrays.stream(probabilities[some[i]]).max().orElseThrow();
      losses[i] = gold[some[i]] == predicted[some[i]] ? 0 : 1;
    }
    return RiskCoverage.of(confidences, losses).aurc();
  }

  private List<RowFigure> many() {
    List<LabelCounts> counts = rows.stream().map(this::counts).toList();
    List<RowFigure> figures = new ArrayList<>();
    figures.add(accuracy());
    for (Average average : Average.values()) {
      String name = "f1_" + average.name().toLowerCase(Locale.ROOT);
      figures.add(RowFigure.of(name, true, LabelCounts.rows(counts, c -> c.score(average).f1())));
    }
    return figures;
  }

  private LabelCounts counts(EvalRow.Label row) {
    boolean[] gold = new boolean[names.size()];
    boolean[] predicted = new boolean[names.size()];
    row.expected().forEach(label -> gold[names.indexOf(label)] = true);
    row.predicted().forEach(label -> predicted[names.indexOf(label)] = true);
    LabelCounts counts = new LabelCounts(names.size());
    counts.add(gold, predicted);
    return counts;
  }
}
