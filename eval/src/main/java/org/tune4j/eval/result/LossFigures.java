package org.tune4j.eval.result;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToLongFunction;
import org.tune4j.eval.stats.RowStatistics;

/**
 * How well texts were predicted: {@code perplexity} by token, and as lm-evaluation-harness has it
 * {@code word_perplexity}, {@code byte_perplexity} and {@code bits_per_byte}, which compare models
 * of different tokenizers. All sums are over all texts.
 */
final class LossFigures {
  private LossFigures() {}

  static List<RowFigure> of(List<EvalRow.TextLoss> rows) {
    return List.of(
        figure("perplexity", rows, EvalRow.TextLoss::tokens, Math::exp),
        figure("word_perplexity", rows, EvalRow.TextLoss::words, Math::exp),
        figure("byte_perplexity", rows, EvalRow.TextLoss::bytes, Math::exp),
        figure("bits_per_byte", rows, EvalRow.TextLoss::bytes, mean -> mean / Math.log(2)));
  }

  private static RowFigure figure(
      String name,
      List<EvalRow.TextLoss> rows,
      ToLongFunction<EvalRow.TextLoss> units,
      DoubleUnaryOperator ofMean) {
    double[][] statistics =
        rows.stream()
            .map(row -> new double[] {row.loss(), units.applyAsLong(row)})
            .toArray(double[][]::new);
    return RowFigure.of(
        name, false, RowStatistics.of(statistics, sum -> ofMean.applyAsDouble(sum[0] / sum[1])));
  }
}
