package org.tune4j.examples.conformance;

import static org.tune4j.examples.conformance.EvalGolden.doubles;
import static org.tune4j.examples.conformance.EvalGolden.ints;
import static org.tune4j.examples.conformance.EvalGolden.rows;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.tune4j.eval.label.Average;
import org.tune4j.eval.label.ConfusionMatrix;
import org.tune4j.eval.label.LabelCounts;
import org.tune4j.eval.label.LabelScore;
import org.tune4j.eval.label.MulticlassAuc;
import org.tune4j.eval.label.ProbabilityScores;
import org.tune4j.eval.label.ThresholdCurve;
import org.tune4j.eval.label.ZeroDivision;

/** Checks classification metrics against scikit-learn. */
final class ClassificationChecks {
  private final EvalGolden golden;
  private final JsonNode json;

  private ClassificationChecks(EvalGolden golden) {
    this.golden = golden;
    this.json = golden.json();
  }

  static void check(EvalGolden golden) {
    ClassificationChecks checks = new ClassificationChecks(golden);
    checks.labels();
    checks.multiclass();
    checks.binary();
    checks.degenerate();
  }

  private void labels() {
    int labels = json.get("labels").size();
    ConfusionMatrix matrix =
        ConfusionMatrix.of(ints(json.get("y")), ints(json.get("pred")), labels);
    JsonNode metrics = json.get("metrics");
    golden.near("accuracy", matrix.accuracy(), metrics.get("accuracy"));
    golden.near(
        "balanced_accuracy",
        matrix.balancedAccuracy(),
        metrics.get("balanced_accuracy_labels_in_truth"));
    golden.near("mcc", matrix.mcc(), metrics.get("mcc"));
    golden.near("cohen_kappa", matrix.kappa(), metrics.get("cohen_kappa"));
    for (int gold = 0; gold < labels; gold++) {
      int row = gold;
      golden.near(
          "confusion_matrix row " + row,
          IntStream.range(0, labels).mapToDouble(column -> matrix.count(row, column)).toArray(),
          metrics.get("confusion_matrix_rows_are_truth").get(row));
    }
    LabelCounts counts = matrix.labelCounts();
    json.get("precision_recall_f1_support")
        .fields()
        .forEachRemaining(each -> scores(counts, each.getKey(), each.getValue()));
    golden.near(
        "fbeta_2_macro",
        counts.fBeta(2, Average.MACRO, ZeroDivision.ZERO),
        json.get("fbeta_2_macro"));
  }

  /** The key is such as {@code zero_division_nan/macro}. */
  private void scores(LabelCounts counts, String key, JsonNode wanted) {
    String[] parts = key.split("/");
    ZeroDivision undefined =
        Map.of(
                "zero_division_0", ZeroDivision.ZERO,
                "zero_division_1", ZeroDivision.ONE,
                "zero_division_nan", ZeroDivision.NAN)
            .get(parts[0]);
    if (parts[1].equals("None")) {
      List<LabelScore> each = counts.each(undefined);
      golden.near(key + " precision", all(each, LabelScore::precision), wanted.get("precision"));
      golden.near(key + " recall", all(each, LabelScore::recall), wanted.get("recall"));
      golden.near(key + " f1", all(each, LabelScore::f1), wanted.get("f1"));
      golden.near(key + " support", all(each, LabelScore::support), wanted.get("support"));
    } else {
      String average = parts[1].replace("_over_labels_seen", "").toUpperCase(Locale.ROOT);
      LabelScore score = counts.score(Average.valueOf(average), undefined);
      golden.near(key + " precision", score.precision(), wanted.get("precision"));
      golden.near(key + " recall", score.recall(), wanted.get("recall"));
      golden.near(key + " f1", score.f1(), wanted.get("f1"));
    }
  }

  private static double[] all(List<LabelScore> scores, ToDoubleFunction<LabelScore> part) {
    return scores.stream().mapToDouble(part).toArray();
  }

  private void multiclass() {
    JsonNode part = json.get("multiclass");
    int[] gold = ints(part.get("y"));
    double[][] probabilities = rows(part.get("probabilities"));
    JsonNode auc = part.get("roc_auc");
    for (Average average : List.of(Average.MACRO, Average.WEIGHTED)) {
      String name = average.name().toLowerCase(Locale.ROOT);
      golden.near(
          "roc_auc ovr/" + name,
          MulticlassAuc.oneVsRest(gold, probabilities, average),
          auc.get("ovr/" + name));
      golden.near(
          "roc_auc ovo/" + name,
          MulticlassAuc.oneVsOne(gold, probabilities, average),
          auc.get("ovo/" + name));
    }
    ProbabilityScores scores = new ProbabilityScores(probabilities[0].length);
    for (int row = 0; row < gold.length; row++) {
      scores.add(gold[row], probabilities[row]);
    }
    golden.near("log_loss", scores.logLoss(), part.get("log_loss"));
    golden.near("brier_sum_over_classes", scores.brier(), part.get("brier_sum_over_classes"));
    golden.near("top_2_accuracy", scores.topAccuracy(2), part.get("top_2_accuracy"));
  }

  private void binary() {
    JsonNode part = json.get("binary");
    int[] y = ints(part.get("y"));
    double[] score = doubles(part.get("score"));
    boolean[] gold = new boolean[y.length];
    ProbabilityScores scores = new ProbabilityScores(2);
    ConfusionMatrix half = new ConfusionMatrix(2);
    for (int row = 0; row < y.length; row++) {
      gold[row] = y[row] == 1;
      scores.add(y[row], new double[] {1 - score[row], score[row]});
      half.add(y[row], score[row] >= 0.5 ? 1 : 0);
    }
    ThresholdCurve curve = ThresholdCurve.of(gold, score);
    golden.near("binary roc_auc", curve.rocAuc(), part.get("roc_auc"));
    golden.near(
        "binary average_precision", curve.averagePrecision(), part.get("average_precision"));
    golden.near("binary pr_auc_trapezoid", curve.prAucTrapezoid(), part.get("pr_auc_trapezoid"));
    golden.near("binary ks_statistic", curve.kolmogorovSmirnov(), part.get("ks_statistic"));
    JsonNode roc = part.get("roc_curve");
    golden.near("binary roc_curve fpr", curve.falsePositiveRates(), roc.get("fpr"));
    golden.near("binary roc_curve tpr", curve.truePositiveRates(), roc.get("tpr"));
    golden.near("binary roc_curve threshold", curve.thresholds(), roc.get("threshold"));
    golden.near("binary brier", scores.halfBrier(), part.get("brier"));
    golden.near("binary log_loss", scores.logLoss(), part.get("log_loss_sklearn_clipped"));
    golden.near(
        "binary f1_at_0.5",
        half.labelCounts().each(ZeroDivision.ZERO).get(1).f1(),
        part.get("f1_at_0.5"));
    golden.near("binary mcc_at_0.5", half.mcc(), part.get("mcc_at_0.5"));
  }

  private void degenerate() {
    JsonNode part = json.get("degenerate");
    ConfusionMatrix single = ConfusionMatrix.of(new int[] {1, 1, 1}, new int[] {1, 1, 1}, 2);
    golden.near("mcc_single_class", single.mcc(), part.get("mcc_single_class"));
    ConfusionMatrix constant = ConfusionMatrix.of(new int[] {0, 1, 1}, new int[] {1, 1, 1}, 2);
    golden.near("mcc_constant_prediction", constant.mcc(), part.get("mcc_constant_prediction"));
    LabelCounts nothing = ConfusionMatrix.of(new int[] {0, 0}, new int[] {0, 0}, 2).labelCounts();
    JsonNode f1 = part.get("f1_nothing_true_nothing_predicted");
    golden.near(
        "f1 of nothing, zero_division_0",
        nothing.each(ZeroDivision.ZERO).get(1).f1(),
        f1.get("zero_division_0"));
    golden.near(
        "f1 of nothing, zero_division_1",
        nothing.each(ZeroDivision.ONE).get(1).f1(),
        f1.get("zero_division_1"));
  }
}
