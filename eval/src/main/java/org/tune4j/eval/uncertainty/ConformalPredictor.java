package org.tune4j.eval.uncertainty;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.tune4j.eval.Inputs;

/**
 * Split conformal prediction (Angelopoulos and Bates 2021): answers with a set of labels that has
 * the right one in it as often as was asked, whatever the model is worth; a poor model gives large
 * sets. It holds over draws of calibration and test examples, as long as both come from the same
 * source.
 *
 * @param score what decides
 * @param threshold the greatest score in a set; infinite where there were too few examples to
 *     promise so much, so that every set has all labels
 */
public record ConformalPredictor(ConformalScore score, double threshold) {
  /**
   * Learns the threshold: the {@code ceil((n+1)(1-alpha))}-th smallest score of the right labels.
   *
   * @param probabilities {@code [n, labels]}, of examples that were not learned from
   * @param gold the right labels' ids
   * @param alpha how often the right label may be missing, such as 0.1
   * @throws org.tune4j.engine.DataException if there is no example, lengths differ, an id is no
   *     label or a row is no probabilities
   * @throws org.tune4j.engine.ConfigException if alpha is not between 0 and 1
   */
  public static ConformalPredictor calibrate(
      ConformalScore score, double[][] probabilities, int[] gold, double alpha) {
    Inputs.openShare("alpha", alpha);
    check(probabilities, gold);
    double[] scores = new double[gold.length];
    for (int row = 0; row < gold.length; row++) {
      scores[row] = score.of(probabilities[row])[gold[row]];
    }
    Arrays.sort(scores);
    int rank = rank(gold.length, alpha);
    double threshold = rank > gold.length ? Double.POSITIVE_INFINITY : scores[rank - 1];
    return new ConformalPredictor(score, threshold);
  }

  /** Which of the ascending scores is the threshold, counted from 1; more than n if none is. */
  public static int rank(int n, double alpha) {
    return (int) Math.ceil((n + 1) * (1 - alpha) - 1e-9); // 1 - alpha was rounded
  }

  /**
   * The labels that the right one is among, ascending. LAC's set may be empty: then no label is
   * likely enough; APS's has the most probable label at least.
   *
   * @throws org.tune4j.engine.DataException if these are no probabilities
   */
  public int[] set(double[] probabilities) {
    double[] scores = score.of(Inputs.probabilities("probabilities", probabilities));
    int[] set =
        IntStream.range(0, scores.length).filter(label -> scores[label] <= threshold).toArray();
    return set.length == 0 && score == ConformalScore.APS
        ? new int[] {Distributions.top(probabilities)}
        : set;
  }

  /**
   * How sets turned out.
   *
   * @param share of examples whose right label is in their set
   * @param meanSize the mean number of labels in a set
   */
  public record Coverage(double share, double meanSize) {}

  /**
   * How often the right label is in the set, on examples other than those of the calibration.
   *
   * @throws org.tune4j.engine.DataException as {@link #calibrate}
   */
  public Coverage coverage(double[][] probabilities, int[] gold) {
    check(probabilities, gold);
    double covered = 0;
    double size = 0;
    for (int row = 0; row < gold.length; row++) {
      int[] set = set(probabilities[row]);
      covered += Arrays.binarySearch(set, gold[row]) >= 0 ? 1 : 0;
      size += set.length;
    }
    return new Coverage(covered / gold.length, size / gold.length);
  }

  private static void check(double[][] probabilities, int[] gold) {
    Inputs.sameLength("conformal prediction", probabilities.length, gold.length);
    for (int row = 0; row < gold.length; row++) {
      Inputs.probabilities("probabilities of example " + row, probabilities[row]);
      Inputs.label("gold label of example " + row, gold[row], probabilities[row].length);
    }
  }
}
