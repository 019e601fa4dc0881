package org.tune4j.eval.uncertainty;

import java.util.List;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.eval.Inputs;

/**
 * Whether a model is right as often as it says: answers in bins of equal width by their confidence,
 * and in each bin the accuracy beside the confidence (Guo et al. 2017). Takes answers one by one
 * and keeps none.
 *
 * <p>A bin has its upper edge and not its lower one, as there; so a confidence of exactly 0 is in
 * none, and lowers the error by its share of all answers.
 */
public final class ReliabilityDiagram {
  private final long[] counts;
  private final double[] confidences;
  private final long[] right;
  private long answers;

  /**
   * Of no answer yet.
   *
   * @param bins how many there are, usually 15
   * @throws ConfigException if there is none
   */
  public ReliabilityDiagram(int bins) {
    if (bins < 1) {
      throw new ConfigException("bins: found " + bins + ", wanted at least 1");
    }
    counts = new long[bins];
    confidences = new double[bins];
    right = new long[bins];
  }

  /**
   * Takes one answer.
   *
   * @param confidence the probability of the answer, 0 to 1
   * @throws DataException if it is not 0 to 1
   */
  public void add(double confidence, boolean correct) {
    if (!(confidence >= 0 && confidence <= 1)) {
      throw new DataException("confidence: found " + confidence + ", wanted 0 to 1");
    }
    answers++;
    if (confidence == 0) {
      return;
    }
    int bin = 0;
    while (confidence > upper(bin)) {
      bin++;
    }
    counts[bin]++;
    confidences[bin] += confidence;
    right[bin] += correct ? 1 : 0;
  }

  /**
   * Takes the most probable label as the answer.
   *
   * @param gold the right label's id
   * @param probabilities one a label, their sum 1
   * @throws DataException if there is no such label, or they are no probabilities
   */
  public void add(int gold, double[] probabilities) {
    Inputs.label("gold label", gold, probabilities.length);
    int top = Distributions.top(Inputs.probabilities("probabilities", probabilities));
    add(probabilities[top], top == gold);
  }

  /** As numpy's linspace has them: the last one is 1, whatever the others were rounded to. */
  private double upper(int bin) {
    return bin == counts.length - 1 ? 1 : (bin + 1) * (1.0 / counts.length);
  }

  /**
   * A bin of the diagram.
   *
   * @param upper the greatest confidence in it
   * @param count how many answers it has
   * @param accuracy the share of them that is right
   * @param confidence their mean confidence
   */
  public record Bin(double upper, long count, double accuracy, double confidence) {
    private double gap() {
      return Math.abs(accuracy - confidence);
    }
  }

  /** The bins that have answers, by ascending confidence. */
  public List<Bin> bins() {
    return IntStream.range(0, counts.length)
        .filter(bin -> counts[bin] > 0)
        .mapToObj(
            bin ->
                new Bin(
                    upper(bin),
                    counts[bin],
                    (double) right[bin] / counts[bin],
                    confidences[bin] / counts[bin]))
        .toList();
  }

  /**
   * The expected calibration error: the distance of accuracy and confidence, averaged over answers.
   *
   * @throws DataException if there is no answer
   */
  public double ece() {
    Inputs.notEmpty("calibration", answers);
    return bins().stream().mapToDouble(bin -> bin.count * bin.gap()).sum() / answers;
  }

  /**
   * The maximum calibration error: the greatest distance of accuracy and confidence in any bin.
   *
   * @throws DataException if there is no answer
   */
  public double mce() {
    Inputs.notEmpty("calibration", answers);
    return bins().stream().mapToDouble(Bin::gap).max().orElse(0);
  }
}
