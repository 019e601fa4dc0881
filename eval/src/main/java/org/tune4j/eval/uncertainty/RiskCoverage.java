package org.tune4j.eval.uncertainty;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.eval.Inputs;

/**
 * Selective prediction: a model that answers only where it is sure enough, and how often it is
 * wrong then, for every share of examples that it answers (Geifman and El-Yaniv 2017).
 */
public final class RiskCoverage {
  /** {@code [examples]}: the mean loss of the surest 1, 2, … examples. */
  private final double[] risks;

  /** {@code [examples]}: the same if examples had been in the best possible order. */
  private final double[] best;

  private RiskCoverage(double[] risks, double[] best) {
    this.risks = risks;
    this.best = best;
  }

  /**
   * The curve of examples. Those of equal confidence cannot be told apart: each has their mean
   * loss.
   *
   * @param confidences the higher, the surer, such as the greatest probability, or the negative of
   *     an entropy
   * @param losses what each answer costs: 1 for a wrong one and 0 for a right one, or any loss
   * @throws org.tune4j.engine.DataException if there is none, there are more on one side, or one is
   *     not finite
   */
  public static RiskCoverage of(double[] confidences, double[] losses) {
    Inputs.sameLength("selective prediction", confidences.length, losses.length);
    Inputs.finite("confidences", confidences);
    Inputs.finite("losses", losses);
    int[] surest =
        IntStream.range(0, losses.length)
            .boxed()
            .sorted(Comparator.comparingDouble(row -> -confidences[row]))
            .mapToInt(row -> row)
            .toArray();
    double[] inOrder = new double[losses.length];
    int from = 0;
    while (from < inOrder.length) {
      int to = from;
      double sum = 0;
      while (to < inOrder.length && confidences[surest[to]] == confidences[surest[from]]) {
        sum += losses[surest[to++]];
      }
      Arrays.fill(inOrder, from, to, sum / (to - from));
      from = to;
    }
    double[] ascending = losses.clone();
    Arrays.sort(ascending);
    return new RiskCoverage(runningMeans(inOrder), runningMeans(ascending));
  }

  private static double[] runningMeans(double[] values) {
    double[] means = new double[values.length];
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += values[i];
      means[i] = sum / (i + 1);
    }
    return means;
  }

  /** {@code [examples]}: the mean loss where the surest 1, 2, … examples are answered. */
  public double[] risks() {
    return risks.clone();
  }

  /**
   * The mean loss where a share of all examples is answered.
   *
   * @param coverage more than 0, at most 1; rounded up to whole examples
   * @throws ConfigException if it is not
   */
  public double riskAt(double coverage) {
    if (!(coverage > 0 && coverage <= 1)) {
      throw new ConfigException("coverage: found " + coverage + ", wanted more than 0, at most 1");
    }
    return risks[(int) Math.ceil(coverage * risks.length - 1e-9) - 1];
  }

  /**
   * The greatest share of examples that can be answered at a risk no greater than that; 0 if none.
   */
  public double coverageAt(double risk) {
    for (int answered = risks.length; answered > 0; answered--) {
      if (risks[answered - 1] <= risk) {
        return (double) answered / risks.length;
      }
    }
    return 0;
  }

  /** The area under the curve: the mean of the risk over all coverages; the less, the better. */
  public double aurc() {
    return Arrays.stream(risks).sum() / risks.length;
  }

  /** What of that area is due to the order: nothing if every wrong answer is less sure. */
  public double excessAurc() {
    return aurc() - Arrays.stream(best).sum() / best.length;
  }
}
