package org.tune4j.eval.result;

import java.util.List;
import java.util.function.Predicate;
import org.tune4j.engine.DataException;
import org.tune4j.eval.Inputs;
import org.tune4j.eval.uncertainty.Distributions;

/**
 * Accuracy by log-likelihood, as lm-evaluation-harness has it: {@code acc} by that of a choice,
 * {@code acc_norm} by that divided by the choice's characters.
 */
final class ChoiceFigures {
  private ChoiceFigures() {}

  static List<RowFigure> of(List<EvalRow.Choice> rows) {
    for (EvalRow.Choice row : rows) {
      if (row.expected() < 0 || row.expected() >= row.choices().size()) {
        throw new DataException(
            "%s: expected is %d of %d choices"
                .formatted(row.where(), row.expected(), row.choices().size()));
      }
      Inputs.sameLength(row.where(), row.choices().size(), row.logLikelihoods().size());
      Inputs.finite(row.where() + ": log-likelihoods", sums(row));
    }
    return List.of(
        share("acc", rows, row -> row.expected() == Distributions.top(sums(row))),
        share("acc_norm", rows, row -> row.expected() == Distributions.top(means(row))));
  }

  private static double[] sums(EvalRow.Choice row) {
    return row.logLikelihoods().stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double[] means(EvalRow.Choice row) {
    double[] means = sums(row);
    for (int i = 0; i < means.length; i++) {
      String choice = row.choices().get(i);
      means[i] /= choice.codePointCount(0, choice.length());
    }
    return means;
  }

  private static RowFigure share(
      String name, List<EvalRow.Choice> rows, Predicate<EvalRow.Choice> isRight) {
    return RowFigure.mean(
        name, true, rows.stream().mapToDouble(row -> isRight.test(row) ? 1 : 0).toArray());
  }
}
