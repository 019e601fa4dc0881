package org.tune4j.eval.label;

import org.tune4j.eval.Inputs;
import org.tune4j.eval.uncertainty.ReliabilityDiagram;

/**
 * How well numbers tell the better one of two: of pairs, by what each was given. Takes pairs one by
 * one and keeps none.
 */
public final class PairScores {
  private static final int BINS = 15;
  private final ReliabilityDiagram calibration = new ReliabilityDiagram(BINS);
  private long pairs;
  private long right;
  private double margins;
  private double numbers;

  /**
   * Takes a pair.
   *
   * @param chosen the number of the better one
   * @param rejected the number of the other
   */
  public void add(double chosen, double rejected) {
    double margin = chosen - rejected;
    pairs++;
    right += margin > 0 ? 1 : 0;
    margins += margin;
    numbers += chosen + rejected;
    calibration.add(1 / (1 + Math.exp(-Math.abs(margin))), margin > 0);
  }

  /** The share of pairs whose better one has the greater number; equal ones are wrong. */
  public double accuracy() {
    return perPair(right);
  }

  /** By how much the better ones' numbers are greater, on average. */
  public double meanMargin() {
    return perPair(margins);
  }

  /** The mean of all numbers. */
  public double meanReward() {
    return perPair(numbers) / 2;
  }

  /**
   * The expected calibration error of {@code sigmoid(margin)} as the probability that the one with
   * the greater number is the better one, in 15 bins (Guo et al. 2017).
   */
  public double ece() {
    return calibration.ece();
  }

  private double perPair(double sum) {
    Inputs.notEmpty("pairs", pairs);
    return sum / pairs;
  }
}
