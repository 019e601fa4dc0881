package org.tune4j.eval.label;

import org.tune4j.eval.Inputs;
import org.tune4j.eval.stats.Correlation;

/**
 * How near predicted numbers are to the right ones, as scikit-learn and scipy have it.
 *
 * @param mse the mean squared error, in the square of the numbers' unit
 * @param mae the mean absolute error, in the numbers' unit
 * @param r2 the share of the variance of the right numbers that is explained, at most 1; where they
 *     are all the same, 1 if all are met and 0 if not
 * @param pearson the linear correlation, -1 to 1; NaN where either side is constant
 * @param spearman the correlation of ranks, -1 to 1; NaN where either side is constant
 */
public record RegressionScores(double mse, double mae, double r2, double pearson, double spearman) {
  /**
   * The scores of examples.
   *
   * @throws org.tune4j.engine.DataException if there is none, there are more on one side, or a
   *     number is not finite
   */
  public static RegressionScores of(double[] gold, double[] predicted) {
    Inputs.sameLength("numbers", gold.length, predicted.length);
    Inputs.finite("right numbers", gold);
    Inputs.finite("predicted numbers", predicted);
    double mean = 0;
    for (double each : gold) {
      mean += each / gold.length;
    }
    double squared = 0;
    double absolute = 0;
    double variation = 0;
    for (int row = 0; row < gold.length; row++) {
      double error = predicted[row] - gold[row];
      squared += error * error;
      absolute += Math.abs(error);
      variation += (gold[row] - mean) * (gold[row] - mean);
    }
    double unexplained = variation == 0 ? (squared == 0 ? 0 : 1) : squared / variation;
    return new RegressionScores(
        squared / gold.length,
        absolute / gold.length,
        1 - unexplained,
        Correlation.pearson(gold, predicted),
        Correlation.spearman(gold, predicted));
  }
}
